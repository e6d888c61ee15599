#include "examples/simulated_restart/bank.hpp"
#include "examples/simulated_restart/child.hpp"
#include "examples/simulated_restart/child_process.hpp"
#include "examples/simulated_restart/options.hpp"
#include "examples/simulated_restart/proof.hpp"
#include "examples/temporary_folder.hpp"

#include <waymark/waymark.hpp>

#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

using namespace std::chrono_literals;

namespace restart {

namespace {

/// Kills children at random moments, and remembers what they said was acknowledged.
class killer {
 public:
  killer(const options& given, const std::string& database)
      : given_{given}, arguments_{"--child", database, "--shards", std::to_string(given.shards)},
        random_{given.seed} {}

  /// @throws std::runtime_error if a child ends by itself or does not get ready.
  void kill_all() {
    for (int i = 1; i <= given_.kills; ++i) {
      kill_one();
      if (isatty(STDOUT_FILENO))
        std::cout << "\r\033[K" << i << " of " << given_.kills << " kills, " << acknowledged_.size()
                  << " appends acknowledged" << std::flush;
    }
    if (isatty(STDOUT_FILENO))
      std::cout << "\r\033[K";
  }

  [[nodiscard]] const std::vector<acknowledgement>& acknowledged() const { return acknowledged_; }

 private:
  /// Short and long lives: a kill in the first milliseconds meets the claims and the first page.
  std::chrono::microseconds life() {
    const int window_us = std::uniform_int_distribution{0, 2}(random_) == 0 ? 5'000 : 120'000;
    return std::chrono::microseconds{std::uniform_int_distribution{0, window_us}(random_)};
  }

  void kill_one() {
    const auto take = [this](const std::string& line) { remember(line); };
    const auto lives_for = life();
    child_process child{given_.program, arguments_};
    if (!child.read_until("ready", 60s, take))
      throw std::runtime_error{"a child did not get ready"};
    const bool talking = child.read_for(lives_for, take);
    if (!child.kill(take) || !talking)
      throw std::runtime_error{"a child ended before it was killed"};
  }

  void remember(const std::string& line) {
    std::istringstream in{line};
    std::string word;
    acknowledgement ack;
    if (in >> word >> ack.position >> ack.account >> ack.version && word == "ack")
      acknowledged_.push_back(std::move(ack));
  }

  const options& given_;
  std::vector<std::string> arguments_;
  std::mt19937_64 random_;
  std::vector<acknowledgement> acknowledged_;
};

/// Lets the projections handle what the last child left. @throws if one can't.
void catch_up(const std::string& database, int shards) {
  waymark::engine engine{waymark::open("sqlite:" + database),
                         {.log = {.level = waymark::log_level::warning}}};
  const auto first = engine.start(balances(shards));
  const auto second = engine.start(kinds(shards));
  for (const auto* each : {&first, &second})
    if (each->wait_until_caught_up(60s) != waymark::wait_result::reached)
      throw std::runtime_error{engine.explain(each->name())};
}

bool report(const std::vector<finding>& findings) {
  bool all = true;
  for (const auto& f : findings) {
    std::cout << "  " << (f.holds ? "yes " : "NO  ") << std::left << std::setw(28) << f.what
              << f.detail << '\n';
    all = all && f.holds;
  }
  return all;
}

int run(const options& given) {
  std::cout << "simulated restart: " << given.kills << " kills, " << given.shards
            << (given.shards == 1 ? " shard" : " shards") << ", seed " << given.seed << std::endl;
  examples::temporary_folder folder;
  const auto database = folder.file("bank.db");
  try {
    killer parent{given, database};
    parent.kill_all();
    catch_up(database, given.shards);
    const auto where = waymark::open("sqlite:" + database);
    if (report(prove(where, parent.acknowledged(), given.shards)))
      return 0;
  } catch (const std::exception& e) {
    std::cout << "  NO  " << e.what() << '\n';
  }
  folder.keep();
  std::cout << "not proved; the database is " << database << '\n';
  return 1;
}

} // namespace

} // namespace restart

int main(int argc, char** argv) {
  try {
    const auto given = restart::parse(argc, argv);
    if (given.help) {
      std::cout << restart::usage;
      return 0;
    }
    if (!given.child.empty())
      restart::live_as_child(given);
    return restart::run(given);
  } catch (const std::invalid_argument& e) {
    std::cerr << "simulated_restart: " << e.what() << "\n\n" << restart::usage;
    return 2;
  } catch (const std::exception& e) {
    std::cerr << "simulated_restart: " << e.what() << '\n';
    return 1;
  }
}
