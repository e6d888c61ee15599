#include "tests/catch.hpp"

#include "actors/suspect_event.hpp"

namespace waymark::test {

namespace {

/// Found at position 7.
attempt_marker marker(const event& of, end_counts counts) {
  attempt_marker found;
  found.position = 7;
  found.event_id = of.event_id;
  found.counts = counts;
  found.last_end = "SIGSEGV";
  found.sequence_key = "key";
  return found;
}

event some_event() {
  event e;
  e.event_id = uuid::v7();
  e.position = 7;
  return e;
}

constexpr end_counts crashed_twice{2, 0, 2};

} // namespace

TEST_CASE("where no process ended nothing is suspected") {
  suspect_event suspect{2};
  CHECK_FALSE(suspect.is_behind(0));
  CHECK_FALSE(suspect.is(some_event()));
  CHECK_FALSE(suspect.is_poison(some_event()));
  CHECK_FALSE(suspect.sequence_key());
  CHECK(suspect.poison_at() == 0);
  CHECK(suspect.why_poison().empty());
  CHECK(suspect.suspicion().empty());
  suspect.acquit();
  suspect.take(marker(some_event(), {})); // it was being handled, and nobody ended in it
  CHECK(suspect.is_behind(6));
  CHECK(suspect.suspicion().empty());
}

TEST_CASE("an event that is suspected is watched until it has passed") {
  const auto e = some_event();
  suspect_event suspect{2};
  suspect.take(marker(e, {1, 0, 1}));
  CHECK(suspect.is(e));
  CHECK_FALSE(suspect.is(some_event()));
  CHECK(suspect.is_behind(6));
  CHECK_FALSE(suspect.is_behind(7));
  CHECK_FALSE(suspect.is_poison(e));
  CHECK(suspect.poison_at() == 0);
  CHECK(suspect.suspicion() == "a process has ended while the event at position 7 was handled, "
                               "1 in a row: SIGSEGV");
}

TEST_CASE("what could not be done about a poison is still to be done, unless it is acquitted") {
  suspect_event suspect{2};
  suspect.take(marker(some_event(), crashed_twice));
  suspect.settle();
  suspect.unsettle();
  CHECK(suspect.poison_at() == 7);
  suspect.acquit();
  suspect.unsettle();
  CHECK(suspect.poison_at() == 0);
}

TEST_CASE("an event is poison after as many crashes as the policy says") {
  const auto e = some_event();
  const int most = GENERATE(2, 3);
  suspect_event suspect{most};
  suspect.take(marker(e, crashed_twice));
  CHECK(suspect.is_poison(e) == (most == 2));
  CHECK(suspect.poison_at() == (most == 2 ? 7 : 0));
  CHECK(suspect.suspicion().empty() == (most == 2));
}

TEST_CASE("poison that is settled stays to blame, until a person acquits it") {
  const auto e = some_event();
  suspect_event suspect{2};
  suspect.take(marker(e, crashed_twice));
  CHECK(suspect.why_poison() == "crashed the process 2 times: SIGSEGV");
  suspect.settle();
  CHECK(suspect.poison_at() == 0);
  CHECK(suspect.is_poison(e)); // its letter needs the key, and its author's rule is not asked
  CHECK(suspect.sequence_key() == "key");
  suspect.acquit();
  CHECK_FALSE(suspect.is_poison(e));
  CHECK(suspect.is_behind(6)); // it is handled alone all the same
  suspect.take(marker(e, crashed_twice));
  suspect.acquit();
  CHECK(suspect.poison_at() == 0);
}

TEST_CASE("what was suspected under one claim is forgotten with it") {
  const auto e = some_event();
  suspect_event suspect{2};
  suspect.take(marker(e, crashed_twice));
  suspect.forget();
  CHECK(suspect.poison_at() == 0);
  CHECK_FALSE(suspect.is(e));
}

} // namespace waymark::test
