#include "examples/package_history/line.hpp"

#include "tests/catch.hpp"

#include <cstdlib>
#include <ctime>
#include <string>

using namespace history;
using Catch::Matchers::ContainsSubstring;

namespace {

template <class T>
T read(std::string_view text) {
  const auto parsed = parse_line(text);
  INFO(text << ": " << parsed.problem);
  REQUIRE(parsed.event);
  REQUIRE(parsed.problem.empty());
  REQUIRE(std::holds_alternative<T>(*parsed.event));
  return std::get<T>(*parsed.event);
}

std::string problem_of(std::string_view text) {
  const auto parsed = parse_line(text);
  INFO(text);
  CHECK_FALSE(parsed.event);
  CHECK_FALSE(parsed.problem.empty());
  return parsed.problem;
}

} // namespace

TEST_CASE("a line that begins work on a package is an event of that work") {
  const auto e = read<install_begun>("2025-05-20 12:00:00 install libfoo:amd64 <none> 1:1.2-3");
  CHECK(e.package == "libfoo");
  CHECK(e.architecture == "amd64");
  CHECK(e.old_version == "<none>");
  CHECK(e.new_version == "1:1.2-3");
  CHECK(e.at == "2025-05-20 12:00:00");

  read<upgrade_begun>("2025-05-20 12:00:00 upgrade libc++-14-dev:i386 1 2");
  read<configure_begun>("2025-05-20 12:00:00 configure tzdata:all 2025b-0+deb12u2 <none>");
  read<triggers_begun>("2025-05-20 12:00:00 trigproc libc-bin:amd64 2.36-9+deb12u10 <none>");
  read<removal_begun>("2025-05-20 12:00:00 remove foo:amd64 1.0 <none>");
  read<purge_begun>("2025-05-20 12:00:00 purge foo:amd64 1.0 <none>");
  read<package_disappeared>("2025-05-20 12:00:00 disappear foo:amd64 1.0 <none>");
}

TEST_CASE("every state that dpkg knows is read") {
  for (const std::string state :
       {"not-installed", "config-files", "half-installed", "unpacked", "half-configured",
        "triggers-awaited", "triggers-pending", "installed"})
    CHECK(read<status_changed>("2025-05-20 12:00:00 status " + state + " foo:amd64 1.0").state ==
          state);
}

TEST_CASE("a package without an architecture is that of an old log") {
  CHECK(read<status_changed>("2009-05-20 12:00:00 status installed foo 1.0").architecture.empty());
  CHECK(read<status_changed>("2009-05-20 12:00:00 status installed foo:<none> 1.0")
            .architecture.empty());
}

TEST_CASE("lines without a package are read") {
  const auto started = read<dpkg_started>("2025-05-20 12:00:00 startup archives unpack");
  CHECK(started.subject == "archives");
  CHECK(started.command == "unpack");
  const auto conffile = read<conffile_decided>("2025-05-20 12:00:00 conffile /etc/a b.conf keep");
  CHECK(conffile.path == "/etc/a b.conf");
  CHECK(conffile.decision == "keep");
}

TEST_CASE("a broken line is told what is wrong with it") {
  CHECK_THAT(problem_of(""), ContainsSubstring("a date and a time"));
  CHECK_THAT(problem_of("garbage"), ContainsSubstring("a date and a time"));
  CHECK_THAT(problem_of("2025-02-30 12:00:00 startup archives unpack"),
             ContainsSubstring("a date and a time"));
  CHECK_THAT(problem_of("2025-05-20 24:00:00 startup archives unpack"),
             ContainsSubstring("a date and a time"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00"), ContainsSubstring("ends after the time"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 "), ContainsSubstring("ends after the time"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 explode foo:amd64 1 2"),
             ContainsSubstring("\"explode\""));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 install foo:amd64 1"),
             ContainsSubstring("two versions"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 install foo:amd64 1 2 3"),
             ContainsSubstring("two versions"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 install foo:amd64  2"), ContainsSubstring("version"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 install f/o:amd64 1 2"),
             ContainsSubstring("a package's name"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 install :amd64 1 2"),
             ContainsSubstring("a package's name"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 install foo: 1 2"),
             ContainsSubstring("a package's name"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 status happy foo:amd64 1"),
             ContainsSubstring("\"happy\" is not a state"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 status installed foo:amd64 1.0\r"),
             ContainsSubstring("version"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 startup archives"), ContainsSubstring("startup"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 conffile keep"), ContainsSubstring("conffile"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 conffile"), ContainsSubstring("conffile"));
  CHECK_THAT(problem_of("2025-05-20 12:00:00 conffile /" + std::string(500, 'x') + " keep"),
             ContainsSubstring("400 bytes"));
  CHECK_THAT(problem_of(std::string(max_line_bytes + 1, 'x')), ContainsSubstring("4096 bytes"));
  CHECK_THAT(problem_of(std::string("2025-05-20 12:00:00 in\0stall a b c", 34)),
             ContainsSubstring("in\\x00stall"));
}

TEST_CASE("bytes that are no text are escaped, text is left") {
  CHECK(escaped("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7") ==
        "plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7");
  CHECK(escaped(std::string("\0\t\x7f", 3)) == "\\x00\\x09\\x7f");
  CHECK(escaped("a\\b") == "a\\\\b");
  CHECK(escaped("\xff\xc3") == "\\xff\\xc3");
  CHECK(escaped("\xc0\x80") == "\\xc0\\x80");                   // overlong
  CHECK(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");          // half of a surrogate pair
  CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80"); // beyond U+10FFFF
}

TEST_CASE("a local time is that of this machine's zone") {
  ::setenv("TZ", "UTC-2", 1);
  ::tzset();
  CHECK(waymark::to_string(local_time("2025-05-20 12:00:00").value()) ==
        "2025-05-20T10:00:00.000000Z");
  ::unsetenv("TZ");
  ::tzset();
  CHECK_FALSE(local_time("2025-05-20"));
  CHECK_FALSE(local_time("2025-05-20T12:00:00"));
}
