#include "tests/catch.hpp"

#include "actors/failing_event.hpp"

#include <algorithm>

namespace waymark::test {

namespace {

failed_attempt bad(const std::string& error) { return {timestamp{}, error}; }

event at(position_t position) {
  event e;
  e.event_id = uuid::v7();
  e.event_type = "A";
  e.position = position;
  return e;
}

} // namespace

TEST_CASE("attempts at one event are counted, and forgotten when another one fails") {
  failing_event failing;
  CHECK(failing.position() == 0);
  CHECK(failing.error().empty());
  failing.fail(7, bad("one"));
  failing.fail(7, bad("two"));
  CHECK(failing.facts().attempt == 2);
  CHECK(failing.error() == "two");
  failing.fail(8, bad("three"));
  CHECK(failing.position() == 8);
  CHECK(failing.facts().attempt == 1);
}

TEST_CASE("an event that fails is tried alone until it has passed") {
  failing_event failing;
  failing.pass(100);
  failing.fail(7, bad("one"));
  CHECK(failing.is_tried());
  failing.pass(6);
  CHECK(failing.is_tried());
  failing.pass(7);
  CHECK_FALSE(failing.is_tried());
  CHECK(failing.position() == 7);
}

TEST_CASE("events given up are counted over events until one is handled") {
  failing_event failing;
  for (position_t position = 1; position <= 3; ++position) {
    failing.fail(position, bad("no"));
    failing.give_up();
    CHECK_FALSE(failing.is_tried());
  }
  failing.fail(4, bad("no"));
  CHECK(failing.facts().give_ups_in_a_row == 3);
  failing.forget(); // the claim was lost: nothing was handled
  CHECK(failing.give_ups_in_a_row() == 3);
  CHECK(failing.attempts().empty());
  failing.forget_give_ups();
  CHECK(failing.facts().give_ups_in_a_row == 0);
}

TEST_CASE("a failure that is kept goes on from the one before, and has the last hundred tries") {
  const auto culprit = at(7);
  std::optional<stored_failure> kept;
  for (int i = 1; i <= 60; ++i) {
    failing_event failing; // of one process after another
    failing.fail(7, bad("first of " + std::to_string(i)));
    failing.fail(7, bad("second of " + std::to_string(i)));
    kept = failing.failure(culprit, kept);
  }
  CHECK(kept->position == 7);
  CHECK(kept->event_id == culprit.event_id);
  CHECK(kept->event_type == "A");
  CHECK(kept->attempts == 120);
  CHECK(kept->error == "second of 60");
  REQUIRE(kept->tries.size() == 100);
  CHECK(kept->tries.front().error == "first of 11");

  failing_event failing;
  failing.fail(8, bad("no"));
  CHECK(failing.failure(at(8), kept).attempts == 1); // another event
}

TEST_CASE("an event that an operator discards has the attempts that were kept in its letter") {
  failing_event failing;
  stored_failure kept;
  kept.position = 7;
  SECTION("all of them") { kept.tries = {bad("one"), bad("two")}; }
  SECTION("the last, in a row that an older program wrote") { kept.error = "two"; }
  failing.fail(7, bad("three"));
  failing.discard(7, "anna");
  CHECK(failing.discard_at() == 7);
  CHECK(failing.discarded_by() == "anna");
  CHECK_FALSE(failing.is_tried()); // those before it need no care
  failing.forget_discard();
  failing.recall(7, kept);
  CHECK(failing.discard_at() == 0);
  CHECK(failing.error() == "two");
  CHECK(failing.attempts().size() == std::max<std::size_t>(kept.tries.size(), 1));
}

TEST_CASE("an event that an operator discards does not count as given up") {
  failing_event failing;
  failing.fail(3, bad("one"));
  failing.give_up();
  failing.fail(4, bad("two"));
  failing.discard(4, "anna");
  failing.recall(4, std::nullopt);
  CHECK(failing.give_ups_in_a_row() == 1);
  failing.give_up();
  CHECK(failing.give_ups_in_a_row() == 0);
  CHECK(failing.discard_at() == 0);
  failing.fail(5, bad("three"));
  failing.give_up();
  CHECK(failing.give_ups_in_a_row() == 1);
}

TEST_CASE("who loses its claim discards nothing") {
  failing_event failing;
  failing.discard(7, "anna");
  CHECK(failing.position() == 7); // it was kept by another process
  failing.forget();
  CHECK(failing.discard_at() == 0);
  CHECK(failing.position() == 0);
  failing.recall(7, std::nullopt);
  CHECK(failing.attempts().empty());
}

} // namespace waymark::test
