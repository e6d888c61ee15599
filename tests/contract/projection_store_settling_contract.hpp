// How letters change and end, and what is parked behind them. Included by
// projection_store_contract.hpp.
#pragma once

#include "projection_store_claims.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::contract {

/// A shard that is owned, at some position.
struct owned_shard {
  owned_shard(std::shared_ptr<projection_store> store, const claim_request& as)
      : in{std::move(store)}, proof{own(*in, as)} {}

  /// Runs `what` in a unit of work that is committed where the shard stands.
  template <class Change>
  void change(Change what) {
    auto unit = in->begin(proof);
    REQUIRE(unit);
    what(*unit);
    REQUIRE(unit->commit(step(at, at)) == commit_status::committed);
  }
  /// A letter, and its number.
  std::int64_t give_up(const dead_letter& letter) {
    change([&](unit_of_work& unit) { unit.add_letter(letter); });
    return in->letter_at(proof.key, letter.position).value().id;
  }
  std::int64_t give_up(position_t position, const std::string& key) {
    return give_up(letter_at(position, key));
  }
  void park(const std::string& key, const std::vector<position_t>& positions) {
    change([&](unit_of_work& unit) {
      for (const auto each : positions)
        unit.park(key, each);
    });
  }
  void settle(std::int64_t id, settlement how = {}) {
    change([&](unit_of_work& unit) { REQUIRE(unit.settle_letter(id, how)); });
  }
  [[nodiscard]] std::optional<dead_letter> letter(position_t position) const {
    return in->letter_at(proof.key, position);
  }

  std::shared_ptr<projection_store> in;
  ownership proof;
  position_t at = 0;
};

inline dead_letter tried_again(dead_letter letter, const std::string& error) {
  letter.error = error;
  letter.attempts.push_back({timestamp{std::chrono::microseconds{77}}, error});
  letter.projection_version = 9;
  return letter;
}

/// What is not UTF-8 may be replaced, and so may NUL; the text before it stays.
inline bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

inline void letters_are_found_and_changed(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard mine{store, request_of("p", "a", 1, 2)};
  owned_shard sister{store, request_of("p", "a", 0, 2)};
  owned_shard stranger{store, request_of("q", "a", 1, 2)};
  const auto id = mine.give_up(4, "k");
  const auto of_sister = sister.give_up(4, "k");
  CHECK(id != of_sister);
  CHECK(mine.letter(4)->id == id);
  CHECK(sister.letter(4)->id == of_sister);
  CHECK_FALSE(mine.letter(5).has_value());
  CHECK_FALSE(stranger.letter(4).has_value());
  CHECK_FALSE(store->letter_at({"nobody", 0}, 4).has_value());

  // Only what an attempt changes: error, attempts and version.
  auto changed = tried_again(*mine.letter(4), "still bad");
  auto meddled = changed;
  meddled.position = 99;
  meddled.sequence_key = "other";
  meddled.subject.event_type = "Other";
  mine.change([&](unit_of_work& unit) { CHECK(unit.update_letter(meddled)); });
  auto found = *store->letter(id);
  CHECK(found.error == "still bad");
  CHECK(found.projection_version == 9);
  REQUIRE(found.attempts.size() == 3);
  CHECK(found.attempts[0].error == "first");
  CHECK(found.attempts[2].error == "still bad");
  CHECK(found.attempts[2].at == timestamp{std::chrono::microseconds{77}});
  CHECK(found.position == 4);
  CHECK(found.sequence_key == "k");
  CHECK(found.subject.event_type == "OrderPlaced");
  CHECK(found.created_at == changed.created_at);
  CHECK(store->letter(of_sister)->attempts.size() == 2);

  // Not one's own, or none at all.
  const auto theirs = tried_again(found, "theirs");
  CHECK_FALSE(sister.in->begin(sister.proof)->update_letter(theirs));
  CHECK_FALSE(stranger.in->begin(stranger.proof)->update_letter(theirs));
  changed.id = of_sister + 100;
  CHECK_FALSE(store->begin(mine.proof)->update_letter(changed));

  // Rolled back: without a commit, and with one from another position.
  CHECK(store->begin(mine.proof)->update_letter(theirs));
  {
    auto unit = store->begin(mine.proof);
    CHECK(unit->update_letter(theirs));
    CHECK(unit->commit(step(5, 5)) == commit_status::fenced);
  }
  CHECK(store->letter(id)->error == "still bad");

  // Whoever has lost the shard does not even begin.
  const auto next = own(*store, request_of("p", "a", 1, 2));
  CHECK(store->begin(mine.proof) == nullptr);
  CHECK(store->begin(next)->update_letter(theirs));

  // Texts may hold anything.
  mine.proof = next;
  const std::string odd{"odd \xff\0 text", 11};
  mine.change([&](unit_of_work& unit) { CHECK(unit.update_letter(tried_again(found, odd))); });
  found = *store->letter(id);
  CHECK(begins_with(found.error, "odd "));
  CHECK(found.error.find(" text") != std::string::npos);
  REQUIRE(found.attempts.size() == 4);
  CHECK(begins_with(found.attempts[3].error, "odd "));
  CHECK(found.attempts[2].error == "still bad");
  position_t at = 20;
  for (const auto& data : {odd, std::string(1, '\0'), std::string{"\x01"},
                           std::string{"\x01hex:00"}}) {
    auto strange = letter_at(++at, "k");
    strange.subject.data = payload::from_json(data);
    CHECK(store->letter(mine.give_up(strange))->subject.data.text() == data);
  }
}

inline void letters_are_settled(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard mine{store, request_of("p", "a", 1, 2)};
  owned_shard stranger{store, request_of("q", "a")};
  const std::string key{"Order\0\xff", 7};
  const auto letter = letter_at(4, key);
  const auto first = mine.give_up(letter);
  const auto second = mine.give_up(6, "k");
  const auto third = mine.give_up(8, "k");
  const auto theirs = stranger.give_up(4, key);
  const settlement how{settle_verb::discard, std::string{"anna \xff\0", 7},
                       timestamp{std::chrono::microseconds{123'456}}};

  // Rolled back: without a commit, and with one from another position.
  CHECK(store->begin(mine.proof)->settle_letter(first, how));
  {
    auto unit = store->begin(mine.proof);
    CHECK(unit->settle_letter(first, how));
    CHECK(unit->commit(step(5, 5)) == commit_status::fenced);
  }
  CHECK_FALSE(store->begin(stranger.proof)->settle_letter(first, how));
  CHECK(store->letter(first).has_value());
  CHECK(store->settled_letters({}).empty());

  mine.settle(third, {settle_verb::retry, "waymark", timestamp{}});
  mine.change([&](unit_of_work& unit) {
    CHECK(unit.settle_letter(first, how));
    CHECK_FALSE(unit.settle_letter(first, how)); // once
    auto gone = letter;
    gone.id = first;
    CHECK_FALSE(unit.update_letter(gone));
  });
  CHECK_FALSE(store->begin(mine.proof)->settle_letter(first, how));
  stranger.settle(theirs);
  CHECK_FALSE(store->letter(first).has_value());
  CHECK_FALSE(mine.letter(4).has_value());
  REQUIRE(store->letters({}).size() == 1);
  CHECK(store->letters({}).front().id == second);
  CHECK(store->counts(mine.proof.key).letters == 1);

  // Their records, by the number of the letter, whatever came first.
  const auto records = store->settled_letters({});
  REQUIRE(records.size() == 3);
  const auto& record = records[0];
  CHECK(record.letter_id == first);
  CHECK(record.key == mine.proof.key);
  CHECK(record.position == 4);
  CHECK(record.generation == 0);
  CHECK(record.sequence_key == key);
  CHECK(record.event_id == letter.subject.event_id);
  CHECK(record.event_type == "OrderPlaced");
  CHECK(begins_with(record.error, "cents is missing"));
  CHECK(record.how.verb == settle_verb::discard);
  CHECK(begins_with(record.how.by, "anna "));
  CHECK(record.how.at == how.at);
  CHECK(records[1].letter_id == third);
  CHECK(records[1].how.verb == settle_verb::retry);
  CHECK(records[1].how.by == "waymark");
  CHECK(records[2].letter_id == theirs);

  // In pieces, and filtered.
  letter_query query;
  query.projection = "p";
  query.limit = 1;
  REQUIRE(store->settled_letters(query).size() == 1);
  query.after_id = first;
  REQUIRE(store->settled_letters(query).size() == 1);
  CHECK(store->settled_letters(query).front().letter_id == third);
  query.after_id = third;
  CHECK(store->settled_letters(query).empty());
  CHECK(store->settled_letters({.projection = std::nullopt, .sequence_key = key}).size() == 2);
  CHECK(store->settled_letters({.projection = "q", .sequence_key = key}).size() == 1);
  CHECK(store->settled_letters({.projection = "p", .sequence_key = "Order"}).empty());

  // A settled event may be given up again: another letter.
  CHECK(mine.give_up(4, key) > theirs);
}

inline void parked_queues_are_told(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard mine{store, request_of("p", "a", 1, 2)};
  owned_shard sister{store, request_of("p", "a", 0, 2)};
  CHECK(store->parked_queues(mine.proof.key).empty());
  CHECK(store->parked_queues({"nobody", 0}).empty());
  const std::string longer{"Order\0a", 7};
  mine.park("\xff", {7});
  mine.park(longer, {9, 3, 5});
  mine.park("Order", {8, 4});
  sister.park("Order", {3});
  const auto of_order = mine.give_up(4, "Order");
  sister.give_up(3, "Order");
  mine.give_up(11, "skipped"); // its key is not parked
  using queues = std::vector<parked_queue>;
  CHECK(store->parked_queues(mine.proof.key) == queues{{"Order", 2, of_order, 4},
                                                       {longer, 3, std::nullopt, 0},
                                                       {"\xff", 1, std::nullopt, 0}});
  CHECK(store->parked_positions(mine.proof.key, longer) == std::vector<position_t>{3, 5, 9});
  CHECK(store->parked_keys(mine.proof.key) == std::vector<std::string>{"Order", longer, "\xff"});

  // As a replay goes on: its letter is tried again, then settled, then the queue is empty.
  mine.change([&](unit_of_work& unit) {
    CHECK(unit.update_letter(tried_again(*mine.letter(4), "again")));
  });
  CHECK(store->parked_queues(mine.proof.key).front() == parked_queue{"Order", 2, of_order, 9});
  { // without a commit
    auto unit = store->begin(mine.proof);
    unit->unpark("Order", 4);
    unit->park("Order", 99);
  }
  mine.change([&](unit_of_work& unit) {
    unit.unpark("Order", 4);
    CHECK(unit.settle_letter(of_order, {}));
    unit.unpark("Order", 1000); // is not there
    unit.unpark("unheard of", 8);
  });
  CHECK(store->parked_queues(mine.proof.key).front() == parked_queue{"Order", 1, std::nullopt, 0});
  mine.change([](unit_of_work& unit) { unit.unpark("Order", 8); });
  CHECK(store->parked_queues(mine.proof.key).size() == 2);
  CHECK(store->parked_queues(sister.proof.key).size() == 1);
}

inline void older_generations_are_history(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard before{store, request_of("p", "a")};
  const auto settled = before.give_up(2, "k");
  const auto old = before.give_up(4, "k");
  before.park("k", {4, 5});
  before.settle(settled, {settle_verb::retry, "anna", timestamp{}});
  const auto letter = *before.letter(4);
  store->reset(request_of("p", "operator"), {});

  owned_shard after{store, request_of("p", "a")};
  CHECK_FALSE(after.letter(4).has_value());
  CHECK(store->parked_queues(after.proof.key).empty());
  CHECK(store->letter(old)->generation == 0);
  CHECK_FALSE(store->begin(after.proof)->update_letter(letter));
  CHECK_FALSE(store->begin(after.proof)->settle_letter(old, {}));
  REQUIRE(store->settled_letters({}).size() == 1);
  CHECK(store->settled_letters({}).front().generation == 0);

  // The same event, given up anew: a letter of its own, and the old one stays as it is.
  after.park("k", {4});
  const auto fresh = after.give_up(4, "k");
  CHECK(fresh != old);
  CHECK(after.letter(4)->generation == 1);
  using queues = std::vector<parked_queue>;
  CHECK(store->parked_queues(after.proof.key) == queues{{"k", 1, fresh, 4}});
  after.settle(fresh);
  CHECK(store->letter(old).has_value());
  CHECK(store->settled_letters({}).size() == 2);
  CHECK(store->settled_letters({}).back().generation == 1);
}

} // namespace waymark::contract
