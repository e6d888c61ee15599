#include <waymark/messages/timestamp.hpp>

#include "tests/catch.hpp"

#include <random>

using namespace std::chrono_literals;
using waymark::parse_timestamp;
using waymark::timestamp;

namespace {

std::string read_and_write(std::string_view text) {
  const auto when = parse_timestamp(text);
  return when ? waymark::to_string(*when) : "refused";
}

} // namespace

TEST_CASE("timestamp: is written in UTC with six digits") {
  CHECK(waymark::to_string(timestamp{}) == "1970-01-01T00:00:00.000000Z");
  CHECK(waymark::to_string(timestamp{-1us}) == "1969-12-31T23:59:59.999999Z");
  CHECK(waymark::to_string(timestamp{951'825'600s + 42us}) == "2000-02-29T12:00:00.000042Z");
  CHECK(waymark::to_string(waymark::earliest_timestamp) == "0000-01-01T00:00:00.000000Z");
  CHECK(waymark::to_string(waymark::latest_timestamp) == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("timestamp: years beyond RFC 3339 are written with a sign, and not read") {
  CHECK(waymark::to_string(waymark::latest_timestamp + 1us) == "+010000-01-01T00:00:00.000000Z");
  CHECK(waymark::to_string(waymark::earliest_timestamp - 1us) == "-000001-12-31T23:59:59.999999Z");
  CHECK(waymark::to_string(timestamp::max()) == "+294247-01-10T04:00:54.775807Z");
  CHECK_FALSE(parse_timestamp("+010000-01-01T00:00:00.000000Z"));
}

TEST_CASE("timestamp: reads any offset and any fraction") {
  CHECK(read_and_write("2026-11-21T09:30:00Z") == "2026-11-21T09:30:00.000000Z");
  CHECK(read_and_write("2026-11-21t09:30:00z") == "2026-11-21T09:30:00.000000Z");
  CHECK(read_and_write("2026-11-21T09:30:00+01:00") == "2026-11-21T08:30:00.000000Z");
  CHECK(read_and_write("2026-01-01T00:15:00+05:45") == "2025-12-31T18:30:00.000000Z");
  CHECK(read_and_write("2026-11-21T09:30:00-00:00") == "2026-11-21T09:30:00.000000Z");
  CHECK(read_and_write("2026-11-21T09:30:00.5Z") == "2026-11-21T09:30:00.500000Z");
  CHECK(read_and_write("2026-11-21T09:30:00.123456789Z") == "2026-11-21T09:30:00.123456Z");
  CHECK(read_and_write("1969-12-31T23:59:59.25Z") == "1969-12-31T23:59:59.250000Z");
}

TEST_CASE("timestamp: a leap second is the next second, and only at the end of a day in UTC") {
  CHECK(read_and_write("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00.000000Z");
  CHECK(read_and_write("2017-01-01T00:59:60.5+01:00") == "2017-01-01T00:00:00.500000Z");
  CHECK(read_and_write("2016-12-31T22:59:60Z") == "refused");
}

TEST_CASE("timestamp: refuses all else") {
  const auto text = GENERATE(
      "", "2026", "2026-11-21", "2026-11-21T09:30Z", "2026-11-21T09:30:00", "2026-11-21 09:30:00Z",
      "2026-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z",
      "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-11-21T24:00:00Z",
      "2026-11-21T09:60:00Z", "2026-11-21T09:30:61Z", "2026-11-21T09:30:00.Z",
      "2026-11-21T09:30:00.1234567890Z", "2026-11-21T09:30:00+24:00", "2026-11-21T09:30:00+01:60",
      "2026-11-21T09:30:00+0100", "2026-11-21T09:30:00Zx", " 2026-11-21T09:30:00Z",
      "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-1-21T09:30:00Z");
  CAPTURE(text);
  CHECK_FALSE(parse_timestamp(text));
}

TEST_CASE("timestamp: comes back from its text, whatever the moment") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  std::uniform_int_distribution<std::int64_t> any{
      waymark::earliest_timestamp.time_since_epoch().count(),
      waymark::latest_timestamp.time_since_epoch().count()};
  for (int i = 0; i < 1000; ++i) {
    const timestamp when{std::chrono::microseconds{any(random)}};
    REQUIRE(parse_timestamp(waymark::to_string(when)) == when);
  }
}
