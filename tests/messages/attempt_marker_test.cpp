#include "tests/catch.hpp"

#include <waymark/messages/attempt_marker.hpp>

#include <vector>

using namespace waymark;
using namespace std::chrono_literals;

namespace {

enum class death { signal, long_silent, short_silent };

process_end end_by(death how) {
  switch (how) {
  case death::signal:
    return {"SIGSEGV", 3s};
  case death::long_silent:
    return {"", 1000ms};
  case death::short_silent:
    break;
  }
  return {"", 999ms};
}

/// What the words of the rule say about a row of deaths.
blame expected(const std::vector<death>& row, int max_crashes) {
  int signals = 0;
  int longs = 0;
  for (const auto how : row) {
    signals += how == death::signal ? 1 : 0;
    longs += how == death::long_silent ? 1 : 0;
  }
  const auto all = static_cast<int>(row.size());
  if (all == 0)
    return blame::innocent;
  if (max_crashes == 0)
    return blame::suspect;
  return signals >= max_crashes || longs >= 1 || all >= std::max(5, max_crashes) ? blame::poison
                                                                                 : blame::suspect;
}

void enumerate(std::vector<death>& row, const attempt_marker& marker, const crash_limits& limits,
               int& seen) {
  ++seen;
  CAPTURE(row.size(), limits.max_crashes);
  REQUIRE(judge(marker.counts, limits) == expected(row, limits.max_crashes));
  REQUIRE(marker.counts.ends == static_cast<int>(row.size()));
  if (row.size() == 7)
    return;
  for (const auto how : {death::signal, death::long_silent, death::short_silent}) {
    row.push_back(how);
    auto open = marker;
    open.owner = "somebody";
    const auto after = after_end(open, end_by(how), limits);
    REQUIRE_FALSE(after.owner);
    enumerate(row, after, limits, seen);
    row.pop_back();
  }
}

} // namespace

TEST_CASE("every row of up to seven deaths is judged by the rule") {
  for (const int max_crashes : {0, 1, 2, 3, 6}) {
    std::vector<death> row;
    int seen = 0;
    enumerate(row, {}, {.max_crashes = max_crashes}, seen);
    CHECK(seen == 3280); // 3^0 + … + 3^7
  }
}

TEST_CASE("the reason of a poison says how often, and how") {
  attempt_marker marker;
  marker = after_end(marker, end_by(death::signal));
  marker = after_end(marker, {"SIGABRT", 0ms});
  CHECK(describe_poison(marker) == "crashed the process 2 times: SIGABRT");
  CHECK(describe_poison(after_end({}, end_by(death::long_silent))) ==
        "took the process with it after a long run, 1 time: no signal, after 1000 ms");
  const std::vector<std::pair<process_end, std::string>> once{
      {end_by(death::signal), "the process ended in its handler: SIGSEGV"},
      {end_by(death::long_silent), "the process ended in its handler: no signal, after 1000 ms"}};
  for (const auto& [end, text] : once) {
    const auto in_replay = after_end({}, end);
    CHECK(judge(in_replay.counts, replay_limits()) == blame::poison);
    CHECK(describe_replay_end(in_replay) == text);
  }
  marker = {};
  for (int i = 0; i < 5; ++i)
    marker = after_end(marker, end_by(death::short_silent));
  CHECK(describe_poison(marker) ==
        "the process ended while it was handled, 5 times: no signal");
  CHECK(judge(marker.counts, replay_limits()) == blame::poison);
  CHECK(describe_replay_end(marker) ==
        "5 processes in a row ended while it was handled again: no signal");
  --marker.counts.ends;
  CHECK(judge(marker.counts, replay_limits()) == blame::suspect);
}
