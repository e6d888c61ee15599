#include "supervisors/watch_rule.hpp"
#include "tests/catch.hpp"

using namespace waymark;
using namespace std::chrono_literals;
using work = watch_facts::work;

namespace {

constexpr watch_limits limits{30s, 40s};

watch_facts working(work at, std::chrono::milliseconds lasts) {
  watch_facts facts;
  facts.at = at;
  facts.lasts = lasts;
  facts.has_events = true;
  facts.unchanged = lasts;
  return facts;
}

} // namespace

TEST_CASE("watch: who gets on, or has nothing to do, is fine") {
  CHECK(judge({}, limits) == watch_verdict::fine);
  CHECK(judge(working(work::handling, 29s), limits) == watch_verdict::fine);
  auto idle = working(work::none, 1h);
  idle.has_events = false;
  CHECK(judge(idle, limits) == watch_verdict::fine);
  auto busy = working(work::handling, 1s); // a new event each second
  busy.unchanged = 1h;
  CHECK(judge(busy, limits) == watch_verdict::fine);
}

TEST_CASE("watch: what stands for a reason never stalls") {
  for (const auto state :
       {projection_state::backing_off, projection_state::paused, projection_state::stopped,
        projection_state::failed, projection_state::degraded, projection_state::standing_by,
        projection_state::diverged, projection_state::draining, projection_state::ended})
    for (const auto at : {work::none, work::waiting_for_session, work::in_store, work::returned}) {
      auto facts = working(at, 1h);
      facts.state = state;
      facts.sessions_free = 1h;
      CHECK(judge(facts, limits) == watch_verdict::fine);
    }
}

TEST_CASE("watch: a wait for a session is no stall, but a forgotten job is") {
  auto facts = working(work::waiting_for_session, 1h);
  CHECK(judge(facts, limits) == watch_verdict::fine);
  facts.sessions_free = 30s;
  CHECK(judge(facts, limits) == watch_verdict::lost);
}

TEST_CASE("watch: long work is a stall, and an overdue handler more than that") {
  CHECK(judge(working(work::in_store, 30s), limits) == watch_verdict::stalled);
  CHECK(judge(working(work::in_store, 1h), limits) == watch_verdict::stalled);
  CHECK(judge(working(work::handling, 30s), limits) == watch_verdict::stalled);
  CHECK(judge(working(work::handling, 40s), limits) == watch_verdict::overdue);
  auto paused = working(work::handling, 40s);
  paused.state = projection_state::paused;
  CHECK(judge(paused, limits) == watch_verdict::overdue);
  CHECK(judge(working(work::handling, 1h), {30s, 0s}) == watch_verdict::stalled);
  CHECK(judge(working(work::handling, 1h), {0s, 0s}) == watch_verdict::fine);
}

TEST_CASE("watch: what nobody works on is lost, unless the log does not answer") {
  CHECK(judge(working(work::returned, 30s), limits) == watch_verdict::lost);
  CHECK(judge(working(work::none, 30s), limits) == watch_verdict::lost);
  auto starting = working(work::none, 30s);
  starting.state = projection_state::starting;
  starting.has_events = false;
  CHECK(judge(starting, limits) == watch_verdict::lost);
  auto away = working(work::none, 45s);
  away.reading = 40s;
  CHECK(judge(away, limits) == watch_verdict::log_away);
  auto decoding = away;
  decoding.reading = {};
  decoding.decoding = limits.stalled_after;
  CHECK(judge(decoding, limits) == watch_verdict::decoding);
}
