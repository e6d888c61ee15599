// What every projection store promises (guarantees G2 and G3), as test cases for Catch2 version 2
// or 3. Include Catch2 before this header, then name the store and say how to make an empty one:
//
//   WAYMARK_PROJECTION_STORE_CONTRACT("my store", [](const waymark::clock& c) { return make(c); })
//
// A store that keeps tables also passes read_model_contract.hpp.
#pragma once

#include "projection_store_attempt_contract.hpp"
#include "projection_store_letter_contract.hpp"
#include "projection_store_owner_contract.hpp"
#include "projection_store_settling_contract.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::contract {

inline void commits_by_compare_and_set(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto owner = own(*store, request_of("p", "a"));
  time.advance(std::chrono::seconds{3});
  auto advance = step(0, 7, 2);
  advance.last_event_id = uuid::v7();
  advance.last_event_type = "OrderPlaced";
  advance.last_event_at = timestamp{std::chrono::microseconds{42}};
  {
    auto unit = store->begin(owner);
    REQUIRE(unit);
    CHECK_FALSE(unit->failed());
    CHECK(unit->commit(advance) == commit_status::committed);
    CHECK_THROWS_AS(unit->commit(advance), usage_error);
  }
  auto record = *store->load(owner.key);
  CHECK(record.position == 7);
  CHECK(record.event_id_at_position == advance.event_id_at_position);
  CHECK(record.last_event_id == advance.last_event_id);
  CHECK(record.last_event_type == "OrderPlaced");
  CHECK(record.last_event_at == advance.last_event_at);
  CHECK(record.last_processed_at == time.now());
  CHECK(record.renewed_at == time.now());
  CHECK(record.events_processed == 2);

  // Events that nobody wanted: the record of the last one handled stays.
  CHECK(store->save(owner, step(7, 20)) == commit_status::committed);
  CHECK(store->save(owner, step(7, 21)) == commit_status::fenced);
  record = *store->load(owner.key);
  CHECK(record.position == 20);
  CHECK(record.last_event_type == "OrderPlaced");
  CHECK(record.events_processed == 2);
}

/// From another stored position, without a commit, and in another epoch by the time of the commit.
inline void nothing_stays_of_what_is_not_committed(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto owner = own(*store, request_of("p", "a"));
  REQUIRE(store->save(owner, step(0, 7)) == commit_status::committed);
  const auto set_aside = [&](unit_of_work& unit) {
    unit.park("k", 3);
    unit.add_letter(letter_at(3, "k"));
  };
  {
    auto unit = store->begin(owner);
    set_aside(*unit);
    CHECK(unit->commit(step(0, 9)) == commit_status::fenced);
  }
  set_aside(*store->begin(owner));
  CHECK(store->counts(owner.key) == letter_counts{});
  CHECK(store->load(owner.key)->position == 7);
}

/// A stored failure stays until the next commit, or until it is cleared.
inline void failures_are_stored(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto owner = own(*store, request_of("p", "a"));
  REQUIRE(store->save(owner, step(0, 20)) == commit_status::committed);
  const stored_failure why{
      21, uuid::v7(), "OrderPaid", 3, "no such \"thing\"", time.now(),
      {{timestamp{std::chrono::microseconds{7}}, "first"}, {time.now(), "no such \"thing\"", 2}}};
  CHECK(store->store_failure(owner, why) == commit_status::committed);
  CHECK(store->load(owner.key)->failure == why);
  CHECK(claim_one(*store, request_of("p", "a")).record.failure == why);
  const ownership again{owner.key, owner.epoch + 1};
  CHECK(store->store_failure(again, std::nullopt) == commit_status::committed);
  CHECK_FALSE(store->load(owner.key)->failure.has_value());
  CHECK(store->store_failure(again, why) == commit_status::committed);
  CHECK(store->save(again, step(20, 21)) == commit_status::committed);
  CHECK_FALSE(store->load(owner.key)->failure.has_value());
}

inline void keeps_plain_positions(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  CHECK_FALSE(store->load_position("projection-1").has_value());
  store->save_position("projection-1", 150);
  store->save_position("it's; -- another", 7);
  CHECK(store->load_position("projection-1") == 150);
  store->save_position("projection-1", 3);
  CHECK(store->load_position("projection-1") == 3);
  CHECK(store->load_position("it's; -- another") == 7);
}

} // namespace waymark::contract

#define WAYMARK_PROJECTION_STORE_CONTRACT(NAME, ...)                                               \
  TEST_CASE(NAME ": claims what is free", "[contract]") {                                          \
    waymark::contract::claims_what_is_free(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": claims expire", "[contract]") {                                                \
    waymark::contract::claims_expire(__VA_ARGS__);                                                 \
  }                                                                                                \
  TEST_CASE(NAME ": former owners change nothing", "[contract]") {                                 \
    waymark::contract::former_owners_change_nothing(__VA_ARGS__);                                  \
  }                                                                                                \
  TEST_CASE(NAME ": claims are kept until released", "[contract]") {                               \
    waymark::contract::claims_are_kept_until_released(__VA_ARGS__);                                \
  }                                                                                                \
  TEST_CASE(NAME ": operators take over", "[contract]") {                                          \
    waymark::contract::operators_take_over(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": claims know their terms", "[contract]") {                                      \
    waymark::contract::claims_know_their_terms(__VA_ARGS__);                                       \
  }                                                                                                \
  TEST_CASE(NAME ": dead owners are replaced", "[contract]") {                                     \
    waymark::contract::dead_owners_are_replaced(__VA_ARGS__);                                      \
  }                                                                                                \
  TEST_CASE(NAME ": of many owners only one wins", "[contract]") {                                 \
    waymark::contract::only_one_wins(__VA_ARGS__);                                                 \
  }                                                                                                \
  TEST_CASE(NAME ": notices unclean ends", "[contract]") {                                         \
    waymark::contract::notices_unclean_ends(__VA_ARGS__);                                          \
  }                                                                                                \
  TEST_CASE(NAME ": letters handled again prolong care", "[contract]") {                           \
    waymark::contract::handled_letters_prolong_care(__VA_ARGS__);                                  \
  }                                                                                                \
  TEST_CASE(NAME ": attempts are marked", "[contract]") {                                          \
    waymark::contract::attempts_are_marked(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": ends of attempts are counted", "[contract]") {                                 \
    waymark::contract::ends_of_attempts_are_counted(__VA_ARGS__);                                  \
  }                                                                                                \
  TEST_CASE(NAME ": failed attempts are no ends", "[contract]") {                                  \
    waymark::contract::failed_attempts_are_no_ends(__VA_ARGS__);                                   \
  }                                                                                                \
  TEST_CASE(NAME ": attempts keep their key", "[contract]") {                                      \
    waymark::contract::attempts_keep_their_key(__VA_ARGS__);                                       \
  }                                                                                                \
  TEST_CASE(NAME ": markers go with the commit", "[contract]") {                                   \
    waymark::contract::markers_go_with_the_commit(__VA_ARGS__);                                    \
  }                                                                                                \
  TEST_CASE(NAME ": replays are suspected too", "[contract]") {                                    \
    waymark::contract::replays_are_suspected_too(__VA_ARGS__);                                     \
  }                                                                                                \
  TEST_CASE(NAME ": suspicion ends with what was judged", "[contract]") {                          \
    waymark::contract::suspicion_ends_with_what_was_judged(__VA_ARGS__);                           \
  }                                                                                                \
  TEST_CASE(NAME ": commits by compare-and-set", "[contract]") {                                   \
    waymark::contract::commits_by_compare_and_set(__VA_ARGS__);                                    \
  }                                                                                                \
  TEST_CASE(NAME ": nothing stays of what is not committed", "[contract]") {                       \
    waymark::contract::nothing_stays_of_what_is_not_committed(__VA_ARGS__);                        \
  }                                                                                                \
  TEST_CASE(NAME ": failures are stored", "[contract]") {                                          \
    waymark::contract::failures_are_stored(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": letters and parked events", "[contract]") {                                    \
    waymark::contract::letters_and_parked_events(__VA_ARGS__);                                     \
  }                                                                                                \
  TEST_CASE(NAME ": letters of the longest key", "[contract]") {                                   \
    waymark::contract::letters_of_the_longest_key(__VA_ARGS__);                                    \
  }                                                                                                \
  TEST_CASE(NAME ": letters keep their event", "[contract]") {                                     \
    waymark::contract::letters_keep_their_event(__VA_ARGS__);                                      \
  }                                                                                                \
  TEST_CASE(NAME ": letters end with what is parked", "[contract]") {                              \
    waymark::contract::letters_end_with_what_is_parked(__VA_ARGS__);                               \
  }                                                                                                \
  TEST_CASE(NAME ": letters are listed in pieces", "[contract]") {                                 \
    waymark::contract::letters_are_listed_in_pieces(__VA_ARGS__);                                  \
  }                                                                                                \
  TEST_CASE(NAME ": letters are found", "[contract]") {                                            \
    waymark::contract::letters_are_found(__VA_ARGS__);                                             \
  }                                                                                                \
  TEST_CASE(NAME ": attempts change letters", "[contract]") {                                      \
    waymark::contract::attempts_change_letters(__VA_ARGS__);                                       \
  }                                                                                                \
  TEST_CASE(NAME ": only owners change letters", "[contract]") {                                   \
    waymark::contract::only_owners_change_letters(__VA_ARGS__);                                    \
  }                                                                                                \
  TEST_CASE(NAME ": letters hold any text", "[contract]") {                                        \
    waymark::contract::letters_hold_any_text(__VA_ARGS__);                                         \
  }                                                                                                \
  TEST_CASE(NAME ": letters are settled", "[contract]") {                                          \
    waymark::contract::letters_are_settled(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": settlements roll back", "[contract]") {                                        \
    waymark::contract::settlements_roll_back(__VA_ARGS__);                                         \
  }                                                                                                \
  TEST_CASE(NAME ": settlements are recorded", "[contract]") {                                     \
    waymark::contract::settlements_are_recorded(__VA_ARGS__);                                      \
  }                                                                                                \
  TEST_CASE(NAME ": settlements are listed in pieces", "[contract]") {                             \
    waymark::contract::settlements_are_listed_in_pieces(__VA_ARGS__);                              \
  }                                                                                                \
  TEST_CASE(NAME ": parked queues are told", "[contract]") {                                       \
    waymark::contract::parked_queues_are_told(__VA_ARGS__);                                        \
  }                                                                                                \
  TEST_CASE(NAME ": older generations are history", "[contract]") {                                \
    waymark::contract::older_generations_are_history(__VA_ARGS__);                                 \
  }                                                                                                \
  TEST_CASE(NAME ": resets", "[contract]") {                                                       \
    waymark::contract::resets(__VA_ARGS__);                                                        \
  }                                                                                                \
  TEST_CASE(NAME ": resets leave letters as history", "[contract]") {                              \
    waymark::contract::resets_leave_letters_as_history(__VA_ARGS__);                               \
  }                                                                                                \
  TEST_CASE(NAME ": resets fence owners of former shards", "[contract]") {                         \
    waymark::contract::resets_fence_owners_of_former_shards(__VA_ARGS__);                          \
  }                                                                                                \
  TEST_CASE(NAME ": keeps plain positions", "[contract]") {                                        \
    waymark::contract::keeps_plain_positions(__VA_ARGS__);                                         \
  }
