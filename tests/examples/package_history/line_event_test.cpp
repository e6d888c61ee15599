#include "examples/package_history/line_event.hpp"

#include "tests/catch.hpp"

#include <set>
#include <string>

using namespace history;

namespace {

waymark::append_command command(std::string text) {
  line_ids ids;
  const auto id = ids.next(text);
  return to_command("dpkg.log", {std::move(text), 7, true}, id).append;
}

} // namespace

TEST_CASE("equal lines have ids of their own, the same in every run") {
  const std::string line = "2025-05-20 12:00:00 startup archives unpack";
  line_ids first_run, second_run;
  const auto one = first_run.next(line);
  const auto two = first_run.next(line);
  const auto other = first_run.next("2025-05-20 12:00:01 startup archives unpack");
  CHECK(std::set<waymark::uuid>{one, two, other}.size() == 3);
  CHECK(second_run.next(line) == one);
  CHECK(second_run.next(line) == two);
}

TEST_CASE("an id never changes, since stores keep it") {
  line_ids ids;
  CHECK(ids.next("2025-05-20 12:00:00 startup archives unpack").to_string() ==
        "f3fb1db7-d5c7-5b62-8332-8f2a6a8cbc99");
}

TEST_CASE("a line goes to the stream of what it is about") {
  const auto about_package = command("2025-05-20 12:00:00 install foo:amd64 <none> 1");
  CHECK(about_package.stream == waymark::stream_id{"Package", "foo:amd64"});
  REQUIRE(about_package.events.size() == 1);
  CHECK(about_package.events[0].event_type == "InstallBegun");
  CHECK(about_package.events[0].occurred_at.has_value());
  CHECK(about_package.events[0].event_id.has_value());

  CHECK(command("2025-05-20 12:00:00 status installed foo 1").stream ==
        waymark::stream_id{"Package", "foo"});
  CHECK(command("2025-05-20 12:00:00 conffile /etc/foo keep").stream ==
        waymark::stream_id{"Conffile", "/etc/foo"});
  CHECK(command("2025-05-20 12:00:00 startup packages configure").stream ==
        waymark::stream_id{"Dpkg", "startup"});
}

TEST_CASE("a broken line is an event too, in a stream of its own") {
  const auto broken = command("no \xff line");
  CHECK(broken.stream.aggregate_type == "Line");
  REQUIRE(broken.events.size() == 1);
  CHECK(broken.stream.aggregate_id == broken.events[0].event_id->to_string());
  CHECK(broken.events[0].data.text() ==
        R"({"file":"dpkg.log","line":7,"reason":"does not begin with a date and a time",)"
        R"("text":"no \\xff line"})");
}
