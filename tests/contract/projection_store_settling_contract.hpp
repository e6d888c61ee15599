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

inline void letters_are_found(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard mine{store, request_of("p", "a", 1, 2)};
  owned_shard sister{store, request_of("p", "a", 0, 2)};
  const owned_shard stranger{store, request_of("q", "a", 1, 2)};
  const auto id = mine.give_up(4, "k");
  const auto of_sister = sister.give_up(4, "k");
  CHECK(id != of_sister);
  CHECK(mine.letter(4)->id == id);
  CHECK(sister.letter(4)->id == of_sister);
  CHECK_FALSE(mine.letter(5).has_value());
  CHECK_FALSE(stranger.letter(4).has_value());
  CHECK_FALSE(store->letter_at({"nobody", 0}, 4).has_value());
}

/// What an attempt changes in a letter: error, attempts and version.
inline void attempts_change_letters(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard mine{store, request_of("p", "a", 1, 2)};
  owned_shard sister{store, request_of("p", "a", 0, 2)};
  const auto id = mine.give_up(4, "k");
  const auto of_sister = sister.give_up(4, "k");
  const auto before = *mine.letter(4);
  auto meddled = tried_again(before, "still bad");
  meddled.position = 99;
  meddled.sequence_key = "other";
  meddled.subject.event_type = "Other";
  mine.change([&](unit_of_work& unit) { CHECK(unit.update_letter(meddled)); });
  const auto found = *store->letter(id);
  CHECK(found.error == "still bad");
  CHECK(found.projection_version == 9);
  REQUIRE(found.attempts.size() == 3);
  CHECK(found.attempts[0].error == "first");
  CHECK(found.attempts[2].error == "still bad");
  CHECK(found.attempts[2].at == timestamp{std::chrono::microseconds{77}});
  CHECK(found.position == 4);
  CHECK(found.sequence_key == "k");
  CHECK(found.subject.event_type == "OrderPlaced");
  CHECK(found.created_at == before.created_at);
  CHECK(store->letter(of_sister)->attempts.size() == 2);
}

/// Not another's letter, none that is not there, none without a commit, and none of a lost shard.
inline void only_owners_change_letters(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard mine{store, request_of("p", "a", 1, 2)};
  const owned_shard sister{store, request_of("p", "a", 0, 2)};
  const owned_shard stranger{store, request_of("q", "a", 1, 2)};
  const auto id = mine.give_up(4, "k");
  const auto before = *mine.letter(4);
  const auto changed = tried_again(before, "changed");
  CHECK_FALSE(store->begin(sister.proof)->update_letter(changed));
  CHECK_FALSE(store->begin(stranger.proof)->update_letter(changed));
  auto unknown = changed;
  unknown.id = id + 100;
  CHECK_FALSE(store->begin(mine.proof)->update_letter(unknown));
  CHECK(store->begin(mine.proof)->update_letter(changed)); // rolled back
  {
    auto unit = store->begin(mine.proof);
    CHECK(unit->update_letter(changed));
    CHECK(unit->commit(step(5, 5)) == commit_status::fenced);
  }
  CHECK(store->letter(id)->error == before.error);
  CHECK(store->letter(id)->attempts.size() == 2);
  const auto next = own(*store, request_of("p", "a", 1, 2));
  CHECK(store->begin(mine.proof) == nullptr);
  CHECK(store->begin(next)->update_letter(changed));
}

inline void letters_hold_any_text(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  owned_shard mine{store, request_of("p", "a")};
  const auto id = mine.give_up(4, "k");
  const std::string odd{"odd \xff\0 text", 11};
  const auto changed = tried_again(*mine.letter(4), odd);
  mine.change([&](unit_of_work& unit) { CHECK(unit.update_letter(changed)); });
  const auto found = *store->letter(id);
  CHECK(begins_with(found.error, "odd "));
  CHECK(found.error.find(" text") != std::string::npos);
  REQUIRE(found.attempts.size() == 3);
  CHECK(begins_with(found.attempts[2].error, "odd "));
  CHECK(found.attempts[1].error == "second");
  position_t at = 20;
  for (const auto& data : {odd, std::string(1, '\0'), std::string{"\x01"},
                           std::string{"\x01hex:00"}}) {
    auto strange = letter_at(++at, "k");
    strange.subject.data = payload::from_json(data);
    CHECK(store->letter(mine.give_up(strange))->subject.data.text() == data);
  }
}

/// Letters of two projections, of which all but `second` can be settled by `settle_all`.
struct some_letters {
  explicit some_letters(const projection_store_factory& make) : store{make(time)} {}

  /// The third first, so that the records have another order than their letters.
  void settle_all() {
    mine.settle(third, {settle_verb::retry, "waymark", timestamp{}});
    mine.settle(first, how);
    stranger.settle(theirs);
  }

  manual_clock time;
  std::shared_ptr<projection_store> store;
  owned_shard mine{store, request_of("p", "a", 1, 2)};
  owned_shard stranger{store, request_of("q", "a")};
  const std::string key{"Order\0\xff", 7};
  const dead_letter letter = letter_at(4, key);
  const std::int64_t first = mine.give_up(letter);
  const std::int64_t second = mine.give_up(6, "k");
  const std::int64_t third = mine.give_up(8, "k");
  const std::int64_t theirs = stranger.give_up(4, key);
  const settlement how{settle_verb::discard, std::string{"anna \xff\0", 7},
                       timestamp{std::chrono::microseconds{123'456}}};
};

inline void letters_are_settled(const projection_store_factory& make) {
  some_letters some{make};
  auto& mine = some.mine;
  mine.change([&](unit_of_work& unit) {
    CHECK(unit.settle_letter(some.first, some.how));
    CHECK_FALSE(unit.settle_letter(some.first, some.how)); // once
    auto gone = some.letter;
    gone.id = some.first;
    CHECK_FALSE(unit.update_letter(gone));
  });
  CHECK_FALSE(some.store->begin(mine.proof)->settle_letter(some.first, some.how));
  CHECK_FALSE(some.store->letter(some.first).has_value());
  CHECK_FALSE(mine.letter(4).has_value());
  CHECK(some.store->letters({}).size() == 3);
  CHECK(some.store->counts(mine.proof.key).letters == 2);
  // A settled event may be given up again: another letter.
  CHECK(mine.give_up(4, some.key) > some.theirs);
}

/// Without a commit, with one from another position, and by another than the owner.
inline void settlements_roll_back(const projection_store_factory& make) {
  const some_letters some{make};
  CHECK(some.store->begin(some.mine.proof)->settle_letter(some.first, some.how));
  {
    auto unit = some.store->begin(some.mine.proof);
    CHECK(unit->settle_letter(some.first, some.how));
    CHECK(unit->commit(step(5, 5)) == commit_status::fenced);
  }
  CHECK_FALSE(some.store->begin(some.stranger.proof)->settle_letter(some.first, some.how));
  CHECK(some.store->letter(some.first).has_value());
  CHECK(some.store->settled_letters({}).empty());
}

/// By the number of the letter, whatever came first.
inline void settlements_are_recorded(const projection_store_factory& make) {
  some_letters some{make};
  some.settle_all();
  REQUIRE(some.store->letters({}).size() == 1);
  CHECK(some.store->letters({}).front().id == some.second);
  CHECK(some.store->counts(some.mine.proof.key).letters == 1);
  const auto records = some.store->settled_letters({});
  REQUIRE(records.size() == 3);
  const auto& record = records[0];
  CHECK(record.letter_id == some.first);
  CHECK(record.key == some.mine.proof.key);
  CHECK(record.position == 4);
  CHECK(record.generation == 0);
  CHECK(record.sequence_key == some.key);
  CHECK(record.event_id == some.letter.subject.event_id);
  CHECK(record.event_type == "OrderPlaced");
  CHECK(begins_with(record.error, "cents is missing"));
  CHECK(record.how.verb == settle_verb::discard);
  CHECK(begins_with(record.how.by, "anna "));
  CHECK(record.how.at == some.how.at);
  CHECK(records[1].letter_id == some.third);
  CHECK(records[1].how.verb == settle_verb::retry);
  CHECK(records[1].how.by == "waymark");
  CHECK(records[2].letter_id == some.theirs);
}

inline void settlements_are_listed_in_pieces(const projection_store_factory& make) {
  some_letters some{make};
  some.settle_all();
  const auto& store = some.store;
  letter_query query;
  query.projection = "p";
  query.limit = 1;
  REQUIRE(store->settled_letters(query).size() == 1);
  query.after_id = some.first;
  REQUIRE(store->settled_letters(query).size() == 1);
  CHECK(store->settled_letters(query).front().letter_id == some.third);
  query.after_id = some.third;
  CHECK(store->settled_letters(query).empty());
  const auto found = [&](std::optional<std::string> projection, const std::string& key) {
    return store->settled_letters({.projection = std::move(projection), .sequence_key = key});
  };
  CHECK(found(std::nullopt, some.key).size() == 2);
  CHECK(found("q", some.key).size() == 1);
  CHECK(found("p", "Order").empty());
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
