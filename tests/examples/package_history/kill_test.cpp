#include "tests/examples/package_history/log_folder.hpp"
#include "tests/examples/package_history/program.hpp"

#include <waymark/persistence/store.hpp>

#include "tests/catch.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
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

/// A log in three parts, of which the oldest is compressed; a fourth is written when it is rotated.
struct rotated_logs {
  explicit rotated_logs(const std::string& text) {
    for (std::size_t begin = 0, i = 0; i < parts.size(); ++i) {
      const auto end = i + 1 == parts.size() ? text.size()
                                             : text.find('\n', text.size() / 4 * (i + 1)) + 1;
      parts[i] = text.substr(begin, end - begin);
      begin = end;
    }
    folder.write_gz("dpkg.log.2.gz", parts[0]);
    folder.write("dpkg.log.1", parts[1]);
    folder.write("dpkg.log", parts[2]);
  }

  /// Does nothing the second time.
  void rotate() {
    if (std::exchange(is_rotated_, true))
      return;
    std::filesystem::rename(folder.path() / "dpkg.log.2.gz", folder.path() / "dpkg.log.3.gz");
    folder.write_gz("dpkg.log.2.gz", parts[1]);
    std::filesystem::rename(folder.path() / "dpkg.log", folder.path() / "dpkg.log.1");
    folder.write("dpkg.log", parts[3]);
  }

  log_folder folder{};
  std::array<std::string, 4> parts{};

 private:
  bool is_rotated_ = false;
};

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

TEST_CASE("killed at any moment and started again, over a rotation, it ends with the same tables") {
  const auto seed = test_seed();
  std::cout << "WAYMARK_TEST_SEED=" << seed << std::endl;
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  rotated_logs logs{random_log(random)};
  const program history{logs.folder.path()};
  const auto address = [&](const std::string& name) {
    return "sqlite:" + (logs.folder.path() / name).string();
  };
  const auto arguments = [&](const std::string& name) {
    return std::vector<std::string>{"--store", address(name), "--log-folder",
                                    logs.folder.path().string(), "--no-compare"};
  };

  const auto begin = steady_clock::now();
  REQUIRE(history.run(arguments("timed.db")).status == 0);
  auto longest = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin);

  int killed = 0;
  for (int tries = 0; killed < kills_wanted && tries < 10 * kills_wanted; ++tries) {
    if (killed == kills_wanted / 2)
      logs.rotate();
    const auto child = history.start(arguments("killed.db"));
    std::uniform_int_distribution<std::int64_t> moment{0, longest.count()};
    std::this_thread::sleep_for(std::chrono::microseconds{moment(random)});
    ::kill(child, SIGKILL);
    const auto result = history.wait(child);
    INFO(result.err);
    REQUIRE((result.status == 128 + SIGKILL || result.status == 0));
    if (result.status == 0)
      longest -= longest / 4; // it had less to do than the first: meet the next one earlier
    else
      ++killed;
  }
  REQUIRE(killed == kills_wanted);
  const auto last = history.run(arguments("killed.db"));
  INFO(last.out << last.err);
  REQUIRE(last.status == 0);
  REQUIRE(history.run(arguments("whole.db")).status == 0);

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
