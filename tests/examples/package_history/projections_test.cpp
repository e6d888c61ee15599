#include "examples/package_history/projections.hpp"

#include "examples/package_history/line_event.hpp"
#include "tests/catch.hpp"

#include <waymark/actors/projector.hpp>
#include <waymark/persistence/store.hpp>

#include <string>
#include <tuple>
#include <vector>

using namespace history;

namespace {

using package_row = std::tuple<std::string, std::string, std::string, std::string>;
using day_row = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>;

/// A log whose lines are projected as they are written.
class written_log {
 public:
  void write(const std::vector<std::string>& lines) {
    for (const auto& text : lines) {
      const log_line line{text, ++lines_, true};
      store_.events->append(to_command("dpkg.log", line, ids_.next(text)).append);
    }
    packages_.resume(*store_.events);
    days_.resume(*store_.events);
  }

  std::vector<package_row> packages() {
    return query<package_row>([](waymark::read_model& db) {
      return db.query_as<std::string, std::string, std::string, std::string>(
          "SELECT name || ':' || architecture, state, version, since FROM installed_packages"
          " ORDER BY name, architecture");
    });
  }
  std::vector<day_row> days() {
    return query<day_row>([](waymark::read_model& db) {
      return db.query_as<std::string, std::int64_t, std::int64_t, std::int64_t>(
          "SELECT day, installs, upgrades, removals FROM daily_activity ORDER BY day");
    });
  }
  std::vector<waymark::dead_letter> letters() { return store_.projections->letters({}); }

 private:
  template <class Row, class Query>
  std::vector<Row> query(Query ask) {
    std::vector<Row> result;
    store_.projections->read([&](waymark::read_model& db) { result = ask(db); });
    return result;
  }

  waymark::store store_ = waymark::open("memory:");
  waymark::projector packages_{installed_packages(), store_.projections};
  waymark::projector days_{daily_activity(), store_.projections};
  line_ids ids_;
  std::int64_t lines_ = 0;
};

} // namespace

TEST_CASE("a package has its last state, and the time since when it has it") {
  written_log log;
  log.write({"2025-05-20 12:00:00 install tea:all <none> 1.0",
             "2025-05-20 12:00:00 status half-installed tea:all 1.0",
             "2025-05-20 12:00:01 status unpacked tea:all 1.0",
             "2025-05-20 12:00:02 status installed tea:all 1.0",
             "2025-05-21 12:00:00 status installed tea:all 1.0"});
  CHECK(log.packages() ==
        std::vector<package_row>{{"tea:all", "installed", "1.0", "2025-05-20 12:00:02"}});
}

TEST_CASE("a package that changes its architecture leaves the old one") {
  written_log log;
  log.write({"2025-05-20 12:00:00 status installed cup:amd64 1.0",
             "2025-05-21 12:00:00 upgrade cup:amd64 1.0 2.0",
             "2025-05-21 12:00:00 status half-configured cup:amd64 1.0",
             "2025-05-21 12:00:00 status unpacked cup:amd64 1.0",
             "2025-05-21 12:00:00 status half-installed cup:amd64 1.0",
             "2025-05-21 12:00:00 status unpacked cup:all 2.0"});
  CHECK(log.packages() ==
        std::vector<package_row>{{"cup:all", "unpacked", "2.0", "2025-05-21 12:00:00"},
                                 {"cup:amd64", "not-installed", "<none>", "2025-05-21 12:00:00"}});
}

TEST_CASE("two architectures of a package do not disturb each other") {
  written_log log;
  log.write({"2025-05-20 12:00:00 status half-installed spoon:amd64 1.0",
             "2025-05-20 12:00:00 status half-installed spoon:i386 1.0",
             "2025-05-20 12:00:00 status unpacked spoon:i386 1.0"});
  CHECK(log.packages() ==
        std::vector<package_row>{{"spoon:amd64", "half-installed", "1.0", "2025-05-20 12:00:00"},
                                 {"spoon:i386", "unpacked", "1.0", "2025-05-20 12:00:00"}});
}

TEST_CASE("the work of a day is counted by the day that the log says") {
  written_log log;
  log.write({"2025-05-20 23:59:59 install tea:all <none> 1.0",
             "2025-05-21 00:00:00 upgrade tea:all 1.0 2.0",
             "2025-05-21 00:00:01 remove tea:all 2.0 <none>",
             "2025-05-21 00:00:02 disappear cup:all 1.0 <none>",
             "2025-05-21 00:00:03 purge tea:all 2.0 <none>",
             "2025-05-21 00:00:04 configure tea:all 2.0 <none>"});
  CHECK(log.days() == std::vector<day_row>{{"2025-05-20", 1, 0, 0}, {"2025-05-21", 0, 1, 2}});
}

TEST_CASE("a broken line becomes a letter at its first try, and holds nothing up") {
  written_log log;
  std::vector<std::string> lines(30, "torn");
  lines.push_back("2025-05-20 12:00:00 status installed tea:all 1.0");
  log.write(lines);
  const auto letters = log.letters();
  REQUIRE(letters.size() == 30);
  for (const auto& letter : letters)
    CHECK(letter.attempts.size() == 1);
  CHECK(letters[6].error.find("unreadable line dpkg.log:7: does not begin with a date") !=
        std::string::npos);
  CHECK(log.packages().size() == 1);
}
