#include "tests/examples/package_history/program.hpp"

#include "tests/catch.hpp"
#include "tests/examples/package_history/log_folder.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

const fs::path here = PACKAGE_HISTORY_LOGS; // the checked-in logs

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A machine with a log, its rotated parts, a dpkg-query that answers what a file says, and a
/// store.
class machine {
 public:
  machine() {
    fs::create_directory(root_.path() / "log");
    fs::create_directory(root_.path() / "bin");
    for (const auto* name : {"dpkg.log", "dpkg.log.1"})
      fs::copy(here / name, root_.path() / "log");
    root_.write_gz("log/dpkg.log.2.gz", text_of(here / "dpkg.log.2"));
    dpkg_says(text_of(here / "dpkg-query"));
    const auto script = root_.write("bin/dpkg-query", "#!/bin/sh\n"
                                                      "if [ -e \"$0.once\" ]; then\n"
                                                      "  . \"$0.once\"\n"
                                                      "  rm \"$0.once\"\n"
                                                      "fi\n"
                                                      "tr ' ' '\\t' <\"$0.answer\"\n");
    fs::permissions(script, fs::perms::owner_all);
    program_.set("PATH", (root_.path() / "bin").string() + ":/usr/bin:/bin");
  }

  [[nodiscard]] const log_folder& root() const { return root_; }
  [[nodiscard]] fs::path log(const std::string& name) const { return root_.path() / "log" / name; }
  void dpkg_says(const std::string& text) const { root_.write("bin/dpkg-query.answer", text); }
  /// What happens, as shell commands, when dpkg-query is called for the first time.
  void meanwhile(const std::string& commands) const {
    root_.write("bin/dpkg-query.once", commands + "\n");
  }
  void append(const std::string& text) const {
    std::ofstream{log("dpkg.log"), std::ios::binary | std::ios::app} << text;
  }

  /// As logrotate does it.
  void rotate() const {
    fs::remove(log("dpkg.log.2.gz.old"));
    fs::rename(log("dpkg.log.2.gz"), log("dpkg.log.3.gz"));
    root_.write_gz("log/dpkg.log.2.gz", text_of(log("dpkg.log.1")));
    fs::rename(log("dpkg.log"), log("dpkg.log.1"));
    root_.write("log/dpkg.log", "");
  }

  outcome run(std::vector<std::string> more = {"--compare"}) const {
    more.insert(more.begin(), {"--store", "sqlite:" + (root_.path() / "store.db").string(),
                               "--log-folder", (root_.path() / "log").string()});
    return program_.run(more);
  }
  outcome run_plainly(const std::vector<std::string>& arguments) const {
    return program_.run(arguments);
  }
  program& environment() { return program_; }

 private:
  log_folder root_;
  program program_{root_.path()};
};

/// The output without what differs from run to run.
std::string steady(const machine& m, std::string text) {
  text = std::regex_replace(text, std::regex{"speed .*"}, "speed    SPEED");
  const auto root = m.root().path().string();
  for (std::size_t at = 0; (at = text.find(root)) != std::string::npos;)
    text.replace(at, root.size(), "ROOT");
  return text;
}

const std::string broken_lines =
    "ROOT/log/dpkg.log.1:24: unreadable line: does not begin with a date and a time\n"
    "ROOT/log/dpkg.log:16: unreadable line: \"explode\" is not a word that dpkg writes\n";

std::string report(const std::string& lines, const std::string& events, const std::string& added) {
  return "store    sqlite:ROOT/store.db\n"
         "read     " +
         lines +
         "\n"
         "events   " +
         events + ", " + added +
         " new in this run\n"
         "speed    SPEED\n"
         "lag      installed-packages  0 events, 0.0 s\n"
         "         daily-activity      0 events, 0.0 s\n"
         "letters  installed-packages  2 dead letters\n"
         "         daily-activity      0 dead letters\n"
         "\n"
         "busiest days  installs  upgrades  removals\n"
         "2025-03-01           8         0         0  ##############################\n"
         "2025-05-20           2         0         1  ###########\n"
         "2025-04-02           0         2         0  ########\n"
         "2025-04-20           0         0         2  ########\n"
         "2025-05-21           0         1         0  ####\n"
         "\n";
}

} // namespace

TEST_CASE("the logs of a machine are reported and agree with dpkg") {
  machine m;
  const auto result = m.run();
  CHECK(steady(m, result.out) == report("117 lines of 3 log files", "117", "117") +
                                     "11 packages compared with dpkg: 0 differ\n");
  CHECK(steady(m, result.err) == broken_lines);
  CHECK(result.status == 0);
}

TEST_CASE("a second run adds nothing, and neither does a rotation") {
  machine m;
  CHECK(m.run().status == 0);
  auto again = m.run();
  CHECK(steady(m, again.out) == report("117 lines of 3 log files", "117", "0") +
                                    "11 packages compared with dpkg: 0 differ\n");
  CHECK(again.status == 0);
  m.rotate();
  again = m.run();
  CHECK(steady(m, again.out) == report("117 lines of 4 log files", "117", "0") +
                                    "11 packages compared with dpkg: 0 differ\n");
  CHECK(again.status == 0);
}

TEST_CASE("what was deleted with the oldest part stays, what is new is added") {
  machine m;
  CHECK(m.run().status == 0);
  fs::remove(m.log("dpkg.log.2.gz"));
  // Equal to a line that is known, in the same second: still another event.
  m.append("2025-05-21 10:00:01 startup packages configure\n");
  const auto result = m.run();
  CHECK(steady(m, result.out) == report("66 lines of 2 log files", "118", "1") +
                                     "11 packages compared with dpkg: 0 differ\n");
  CHECK(result.status == 0);
}

TEST_CASE("a line that dpkg has not finished is left for the next run") {
  machine m;
  m.append("2025-05-22 10:00:00 startup arch");
  CHECK_THAT(m.run().out, ContainsSubstring("events   117, 117 new"));
  m.append("ives unpack\n");
  CHECK_THAT(m.run().out, ContainsSubstring("events   118, 1 new"));
}

TEST_CASE("differences are listed and make the exit status 1") {
  machine m;
  const auto says = text_of(here / "dpkg-query");
  m.dpkg_says(std::regex_replace(says, std::regex{"tea amd64 installed 1.2-1"},
                                 "tea amd64 installed 1.3-1\nsaucer all config-files 1.0"));
  const auto result = m.run();
  CHECK_THAT(result.out, ContainsSubstring("11 packages compared with dpkg: 2 differ\n"
                                           "  package     the log says     dpkg says\n"
                                           "  saucer:all  not installed    config-files 1.0\n"
                                           "  tea:amd64   installed 1.2-1  installed 1.3-1\n"));
  CHECK(result.status == 1);
}

TEST_CASE("while dpkg is at work, it is asked again") {
  machine m;
  const auto says = text_of(here / "dpkg-query");
  const std::regex tea{"tea amd64 installed 1.2-1"};
  SECTION("and its log has gone on since it was read") {
    m.dpkg_says(std::regex_replace(says, tea, "tea amd64 unpacked 1.3-1"));
    m.meanwhile("echo '2025-05-22 10:00:00 status unpacked tea:amd64 1.3-1' >>'" +
                m.log("dpkg.log").string() + "'");
  }
  SECTION("and its log is ahead of its database") {
    m.dpkg_says(std::regex_replace(says, tea, "tea amd64 half-installed 1.1-1"));
    m.root().write("bin/dpkg-query.next", says);
    m.meanwhile("trap 'mv \"$0.next\" \"$0.answer\"' EXIT"); // when it has answered
  }
  const auto result = m.run();
  CHECK_THAT(result.out, ContainsSubstring("11 packages compared with dpkg: 0 differ\n"));
  CHECK(result.status == 0);
}

TEST_CASE("a heap of broken lines is a heap of letters") {
  machine m;
  std::string heap;
  for (int i = 0; i < 200; ++i)
    heap += std::string("\0\0\xff", 3) + std::to_string(i) + '\n';
  m.append(heap + heap);
  m.append("2025-05-22 10:00:00 status installed tea:amd64 1.2-1\n");
  const auto result = m.run();
  CHECK_THAT(result.out, ContainsSubstring("installed-packages  402 dead letters"));
  CHECK_THAT(result.out, ContainsSubstring("11 packages compared with dpkg: 0 differ\n"));
  CHECK_THAT(result.err, ContainsSubstring("and 382 more\n"));
  CHECK(result.status == 0);
}

TEST_CASE("log files on the command line are reported, not compared and not kept") {
  machine m;
  m.environment().set("HOME", m.root().path().string());
  const auto result =
      m.run_plainly({m.log("dpkg.log.2.gz").string(), m.log("dpkg.log.1").string()});
  CHECK_THAT(result.out, ContainsSubstring("store    memory:\n"));
  CHECK_THAT(result.out, ContainsSubstring("events   91, 91 new"));
  CHECK_THAT(result.out, ContainsSubstring("not compared with dpkg: "));
  CHECK(result.status == 0);
  CHECK_FALSE(fs::exists(m.root().path() / ".local"));
}

TEST_CASE("a log may come from standard input") {
  machine m;
  m.root().write("in", text_of(m.log("dpkg.log")) + "torn");
  const auto result = m.run_plainly({"-"});
  CHECK_THAT(result.out, ContainsSubstring("read     27 lines of 1 log file\n"));
  CHECK_THAT(result.err, ContainsSubstring("standard input:27: unreadable line: "));
  CHECK(result.status == 0);
}

TEST_CASE("a file that is damaged is named, and what can be read of it counts") {
  machine m;
  fs::resize_file(m.log("dpkg.log.2.gz"), fs::file_size(m.log("dpkg.log.2.gz")) - 20);
  const auto result = m.run({"--no-compare"});
  CHECK_THAT(result.err, ContainsSubstring("dpkg.log.2.gz: can't be read past line"));
  CHECK(result.status == 1);
}

TEST_CASE("what can't be done is said in one sentence") {
  machine m;
  auto result = m.run_plainly({"--wat"});
  CHECK(result.err == "package_history: unknown option --wat; try --help\n");
  CHECK(result.status == 2);
  result = m.run_plainly({m.log("nothing").string()});
  CHECK_THAT(result.err, ContainsSubstring("/nothing: No such file or directory\n"));
  CHECK(result.status == 1);
  fs::remove_all(m.root().path() / "log");
  fs::create_directory(m.root().path() / "log");
  result = m.run();
  CHECK_THAT(result.err, ContainsSubstring("there is no dpkg.log in "));
  CHECK(result.status == 1);
  result = m.run_plainly({"--help"});
  CHECK_THAT(result.out, ContainsSubstring("usage: package_history"));
  CHECK(result.status == 0);
}

TEST_CASE("a machine without dpkg-query is told so") {
  machine m;
  m.environment().set("PATH", m.log("").string());
  const auto result = m.run();
  CHECK_THAT(result.err, ContainsSubstring("dpkg-query can't be run"));
  CHECK(result.status == 1);
}

TEST_CASE("this machine's own log agrees with dpkg") {
  if (!fs::exists("/var/log/dpkg.log") || !fs::exists("/usr/bin/dpkg-query"))
    return;
  machine m;
  m.environment().set("PATH", "/usr/bin:/bin");
  const auto result = m.run_plainly({"--store", "sqlite:" + (m.root().path() / "own.db").string()});
  INFO(result.out << result.err);
  CHECK_THAT(result.out, ContainsSubstring(" packages compared with dpkg: 0 differ\n"));
  CHECK(result.status == 0);
}
