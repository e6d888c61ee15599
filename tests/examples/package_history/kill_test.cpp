#include "tests/examples/package_history/log_folder.hpp"
#include "tests/examples/package_history/program.hpp"

#include <waymark/persistence/store.hpp>

#include "tests/catch.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr int lines_wanted = 6000;
constexpr int kills_wanted = 12;

std::uint64_t test_seed() {
  const char* given = std::getenv("WAYMARK_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// A log in which packages come, change and go, with a broken line now and then.
std::string random_log(std::mt19937_64& random) {
  const auto below = [&](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
  std::string text;
  for (int i = 0; i < lines_wanted; ++i) {
    const auto hour = i / 60 % 24;
    const auto time = "2025-0" + std::to_string(1 + i / 2000) + "-1" +
                      std::to_string(i / 1440 % 10) + (hour < 10 ? " 0" : " ") +
                      std::to_string(hour) + ":00:0" + std::to_string(i % 10) + " ";
    const auto package =
        "package" + std::to_string(below(300)) + (below(9) == 0 ? ":i386" : ":amd64");
    const auto version = std::to_string(below(50));
    static const std::vector<std::string> what{"status half-installed", "status unpacked",
                                               "status installed", "status config-files"};
    switch (below(12)) {
    case 0:
      text += time + "install " + package + " <none> " + version + "\n";
      break;
    case 1:
      text += time + "upgrade " + package + " 0 " + version + "\n";
      break;
    case 2:
      text += time + "remove " + package + " " + version + " <none>\n";
      break;
    case 3:
      text += time + "startup archives unpack\n"; // some of them equal
      break;
    case 4:
      text += below(10) == 0 ? "torn line\n" : time + "startup packages configure\n";
      break;
    default:
      text +=
          time + what[static_cast<std::size_t>(below(4))] + " " + package + " " + version + "\n";
    }
  }
  return text;
}

/// All that a run leaves behind, apart from ids and times of its own.
struct remains {
  waymark::position_t head = 0;
  std::vector<std::tuple<std::string, std::string, std::string, std::string, std::string>> packages;
  std::vector<std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>> days;
  std::vector<waymark::position_t> letters;
};

remains what_remains(const std::string& address) {
  const auto store = waymark::open(address);
  remains result;
  result.head = store.events->head();
  store.projections->read([&](waymark::read_model& db) {
    result.packages = db.query_as<std::string, std::string, std::string, std::string, std::string>(
        "SELECT name, architecture, version, state, since FROM installed_packages"
        " ORDER BY name, architecture");
    result.days = db.query_as<std::string, std::int64_t, std::int64_t, std::int64_t>(
        "SELECT day, installs, upgrades, removals FROM daily_activity ORDER BY day");
  });
  waymark::letter_query all;
  all.limit = lines_wanted;
  for (const auto& letter : store.projections->letters(all))
    result.letters.push_back(letter.position);
  return result;
}

} // namespace

TEST_CASE("killed at any moment and started again, it ends with the same tables") {
  const auto seed = test_seed();
  std::cout << "WAYMARK_TEST_SEED=" << seed << std::endl;
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  log_folder logs;
  const auto log = logs.write("random.log", random_log(random));
  const program history{logs.path()};
  const auto address = [&](const std::string& name) {
    return "sqlite:" + (logs.path() / name).string();
  };
  const auto arguments = [&](const std::string& name) {
    return std::vector<std::string>{"--store", address(name), log};
  };

  const auto begin = steady_clock::now();
  REQUIRE(history.run(arguments("whole.db")).status == 0);
  const auto whole_run =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin);

  for (int kill = 0; kill < kills_wanted; ++kill) {
    const auto child = history.start(arguments("killed.db"));
    std::uniform_int_distribution<std::int64_t> moment{0, whole_run.count()};
    std::this_thread::sleep_for(std::chrono::microseconds{moment(random)});
    ::kill(child, SIGKILL);
    const auto result = history.wait(child);
    INFO(result.err);
    REQUIRE((result.status == 128 + SIGKILL || result.status == 0));
  }
  const auto last = history.run(arguments("killed.db"));
  INFO(last.out << last.err);
  REQUIRE(last.status == 0);

  const auto expected = what_remains(address("whole.db"));
  const auto found = what_remains(address("killed.db"));
  CHECK(expected.head == lines_wanted);
  CHECK(expected.packages.size() > 100);
  CHECK_FALSE(expected.letters.empty());
  CHECK(found.head == expected.head);
  CHECK(found.packages == expected.packages);
  CHECK(found.days == expected.days);
  CHECK(found.letters == expected.letters);
}
