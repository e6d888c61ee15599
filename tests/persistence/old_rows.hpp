#pragma once

#include "tests/catch.hpp"

#include "tests/contract/event_store_contract.hpp"
#include "tests/contract/projection_store_claims.hpp"

#include <waymark/persistence/store.hpp>

namespace waymark::test {

/// Which tables an older version had, each with the row that a test has put there.
struct old_rows {
  bool checkpoint = false; ///< Of `p`, at position 1; and 7 under the name `n`.
  bool letter = false;     ///< Of `p`, at position 1 under the key `k`, with position 2 parked.
  bool attempt = false;    ///< Of `p`: two crashes at position 1.
  bool settled = false;    ///< Another letter of `p`, number 900.
};

/// Everything is as it was, and all that the newest version does works on it. The log holds one
/// event of the stream Order/o-1.
inline void check_old_rows(const store& opened, const old_rows& old) {
  auto& events = *opened.events;
  auto& projections = *opened.projections;
  const auto page = events.read_all(0).events;
  REQUIRE(page.size() == 1);
  CHECK(page[0].aggregate_id == "o-1");
  CHECK(page[0].data.text() == "{\"cents\": 5}");
  CHECK(events.append({{"Order", "o-1"}, 1, {contract::event_of("B")}}).last_position == 2);

  const shard_key key{"p", 0};
  const auto record = projections.load(key);
  REQUIRE(record.has_value() == old.checkpoint);
  if (old.checkpoint) {
    CHECK(record->position == 1);
    CHECK(record->events_processed == 5);
    CHECK(projections.load_position("n") == 7);
  }
  const auto marker = projections.find_attempt(key);
  REQUIRE(marker.has_value() == old.attempt);
  if (old.attempt)
    CHECK(marker->counts.crashes == 2);

  const position_t at = old.checkpoint ? 1 : 0;
  const auto owner = contract::own(projections, contract::request_of("p", "a"));
  attempt_marker subject;
  subject.position = 2;
  subject.event_id = uuid::v7();
  subject.sequence_key = "k";
  CHECK(projections.begin_attempt(owner, subject) == commit_status::committed);
  const auto letters = projections.letters({});
  REQUIRE(letters.size() == (old.letter ? 1 : 0));
  CHECK(projections.parked_keys(key).size() == letters.size());
  auto unit = projections.begin(owner);
  for (const auto& each : letters) {
    CHECK(each.error == "cents is missing");
    CHECK(unit->settle_letter(each.id, {}));
  }
  CHECK(unit->commit(contract::step(at, 2)) == commit_status::committed);
  CHECK(projections.settled_letters({}).size() == letters.size() + (old.settled ? 1 : 0));
}

} // namespace waymark::test
