#include "supervisors/explain.hpp"
#include "tests/catch.hpp"

using namespace waymark;
using namespace std::chrono_literals;

namespace {

using stage = work_at_hand::stage;

const timestamp noon = *parse_timestamp("2026-11-21T12:00:00Z");

struct situation {
  projection_status status;
  lag behind;

  explicit situation(projection_state state, std::string reason = {}) {
    status.key.projection = "revenue";
    status.state = state;
    status.reason = std::move(reason);
    status.passed = 20;
    status.since = noon - 90s;
    behind.events = 0;
  }
  [[nodiscard]] std::string text() const { return explain_status(status, behind, noon); }
};

work_at_hand work(const char* who, stage at, std::chrono::milliseconds lasts) {
  work_at_hand made;
  made.who = {who, 0};
  made.at = at;
  made.lasts = lasts;
  if (at == stage::handling) {
    made.event_type = "OrderPlaced";
    made.event_id = uuid{};
    made.position = 21;
  }
  return made;
}

constexpr const char* nil = "00000000-0000-0000-0000-000000000000";

} // namespace

TEST_CASE("explain: caught up") {
  situation it{projection_state::running};
  it.status.evidence.last_appended_at = noon;
  CHECK(it.text() == "projection \"revenue\" has caught up at position 20");
}

TEST_CASE("explain: the head does not move") {
  situation it{projection_state::running};
  it.status.evidence.last_appended_at = noon - 1h;
  CHECK(it.text() == "projection \"revenue\" has caught up at position 20; no events have been "
                     "appended since " +
                         to_string(noon - 1h));
  it.status.passed = 0;
  it.status.evidence.last_appended_at.reset();
  CHECK(it.text() == "projection \"revenue\" has caught up: the log is empty");
}

TEST_CASE("explain: catching up, and where the time goes") {
  situation it{projection_state::running};
  it.behind.events = 1'234;
  CHECK(it.text() == "projection \"revenue\" is catching up: 1234 events behind");
  it.status.events_per_second = 617.4;
  it.behind.time_to_catch_up = 3s;
  it.status.evidence.busiest_handler = "OrderPlaced";
  it.status.evidence.busiest_share = 0.3;
  CHECK(it.text() == "projection \"revenue\" is catching up: 1234 events behind at 617 events/s, "
                     "done in about 3 s");
  it.status.evidence.busiest_share = 0.917;
  CHECK(it.text() == "projection \"revenue\" is catching up: 1234 events behind at 617 events/s, "
                     "done in about 3 s; the handler for \"OrderPlaced\" takes 92 % of the time");
}

TEST_CASE("explain: paused") {
  const situation it{projection_state::paused, "paused by alice: stocktaking"};
  CHECK(it.text() == "projection \"revenue\" is paused by alice: stocktaking, since " +
                         to_string(noon - 90s) + " at position 20, until it is resumed or its "
                         "process ends");
}

TEST_CASE("explain: held for a reset") {
  situation it{projection_state::paused, "held until its reset is done"};
  it.status.evidence.held = true;
  CHECK(it.text() == "projection \"revenue\" is held until its reset is done, since " +
                         to_string(noon - 90s) + " at position 20; it then goes on by itself");
}

TEST_CASE("explain: a projection that goes down with another of its group") {
  situation it{projection_state::backing_off, "restarted with \"mails\", which has failed: boom"};
  it.status.evidence.next_try_at = noon + 3s;
  it.status.last_error = "of before";
  CHECK(it.text() == "projection \"revenue\" is being restarted with \"mails\", which has failed: "
                     "boom, at position 20, next try in 3 s");
}

TEST_CASE("explain: a lock") {
  situation it{projection_state::running};
  it.behind.events = 1;
  it.status.evidence.work = work("revenue", stage::in_store, 3s);
  CHECK(it.text() == "projection \"revenue\" has waited for its store at position 20 for 3 s");
  it.status.evidence.lock = lock_wait{"pid 4711", "psql", "idle in transaction"};
  CHECK(it.text() ==
        "projection \"revenue\" waits for a lock at position 20, for 3 s now: pid 4711 (\"psql\") "
        "holds it, idle in transaction; end that transaction to let it go on");
  const auto text = it.text();
  it.status.evidence.work = work("revenue", stage::handling, 3s);
  CHECK(it.text() == text);
}

TEST_CASE("explain: a store that is away") {
  situation it{projection_state::degraded, "connection refused"};
  it.status.evidence.failures_in_a_row = 4;
  it.status.evidence.next_try_at = noon + 1'500ms;
  const auto begins = "projection \"revenue\" is degraded at position 20 since " +
                      to_string(noon - 90s) + ": ";
  CHECK(it.text() == begins + "its store can't serve (connection refused) after 4 failures in a "
                              "row, next try in 1 s; it goes on by itself, and nothing is lost");
  it.status.reason = "waiting for replica: the checkpoint is at position 21";
  CHECK(it.text() == begins + it.status.reason +
                         " after 4 failures in a row, next try in 1 s; it goes on by itself, and "
                         "nothing is lost");
}

TEST_CASE("explain: sessions") {
  situation it{projection_state::running};
  it.behind.events = 1;
  it.status.evidence.work = work("revenue", stage::waiting_for_session, 130s);
  it.status.evidence.sessions_held_by = {work("mails", stage::handling, 140s)};
  CHECK(it.text() == "projection \"revenue\" waits for a session at position 20, for 2 min now: "
                     "the only one is busy, \"mails\" has been in \"OrderPlaced\" " +
                         std::string{nil} +
                         " at position 21 for 2 min; a projection in a store of its own waits for "
                         "nobody");
  it.status.evidence.sessions_held_by.push_back(work("stock", stage::in_store, 5s));
  CHECK(it.text().find(": all are busy, \"mails\" has been in") != std::string::npos);
  CHECK(it.text().find(", \"stock\" has been in the store for 5 s;") != std::string::npos);
}

TEST_CASE("explain: a long handler, and a stall") {
  situation it{projection_state::running};
  it.behind.events = 1;
  it.status.evidence.work = work("revenue", stage::handling, 31s);
  const auto rest =
      std::string{" in event \"OrderPlaced\" "} + nil +
      " at position 21 for 31 s; look at what its handler waits for";
  CHECK(it.text() == "projection \"revenue\" has been" + rest);
  it.status.state = projection_state::stalled;
  CHECK(it.text() == "projection \"revenue\" has stalled" + rest);
  it.status.evidence.work.reset();
  it.status.evidence.stalled = "the log does not answer";
  CHECK(it.text() == "projection \"revenue\" has stalled at position 20: the log does not answer");
}

TEST_CASE("explain: parked keys") {
  situation it{projection_state::running};
  it.status.evidence.last_appended_at = noon;
  it.status.set_aside = {3, 3, 7};
  it.status.evidence.parked_since = noon - 2h;
  CHECK(it.text() == "projection \"revenue\" has caught up at position 20; 3 keys are parked with "
                     "7 events since " +
                         to_string(noon - 2h));
  it.status.set_aside = {1, 0, 0};
  CHECK(it.text() == "projection \"revenue\" has caught up at position 20; 1 dead letter since " +
                         to_string(noon - 2h));
}

TEST_CASE("explain: other owners") {
  situation it{projection_state::standing_by, "owned by somebody"};
  CHECK(it.text() == "projection \"revenue\" stands by at position 20: owned by somebody");
  it.status.evidence.owner = "pid 4711 on host a";
  CHECK(it.text() == "projection \"revenue\" stands by at position 20 since " +
                         to_string(noon - 90s) +
                         ": owned by pid 4711 on host a; takes over when that one lets go");
  it.status.evidence.fenced = true;
  CHECK(it.text() == "projection \"revenue\" was fenced at position 20 since " +
                         to_string(noon - 90s) +
                         " by pid 4711 on host a; takes over when that one lets go");
}

TEST_CASE("explain: restarts") {
  situation it{projection_state::backing_off, "killed"};
  it.status.evidence.failures_in_a_row = 3;
  it.status.evidence.next_try_at = noon + 800ms;
  CHECK(it.text() == "projection \"revenue\" is being restarted at position 20 after 3 failures in "
                     "a row (killed), next try in 800 ms");
}

TEST_CASE("explain: standstills") {
  CHECK(situation{projection_state::diverged, "it is the log b, not a"}.text() ==
        "projection \"revenue\" has diverged from the log at position 20: it is the log b, not a");
  situation it{projection_state::failed, "no such table: revenue"};
  CHECK(it.text() == "projection \"revenue\" has failed at position 20 since " +
                         to_string(noon - 90s) +
                         ": no such table: revenue; mend it and resume it");
  it.status.evidence.unrecoverable = true;
  it.status.reason = "the handler does not come back";
  CHECK(it.text() == "projection \"revenue\" has failed at position 20 since " +
                         to_string(noon - 90s) +
                         ": the handler does not come back; unrecoverable in this process: restart "
                         "it if the handler does not come back");
  CHECK(situation{projection_state::stopped, "stopped before X at position 21: why"}.text() ==
        "projection \"revenue\" is stopped before X at position 21: why");
}
