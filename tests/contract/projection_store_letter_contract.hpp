// What is set aside, and what a reset leaves of it. Included by projection_store_contract.hpp.
#pragma once

#include "projection_store_claims.hpp"

#include <waymark/messages/error.hpp>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace waymark::contract {

/// A shard that has given up the event at position 4 and parked two of its key behind it, and one
/// of another key.
struct shard_with_parked {
  explicit shard_with_parked(const projection_store_factory& make)
      : store{make(time)}, owner{own(*store, as)} {
    auto unit = store->begin(owner);
    unit->add_letter(letter);
    unit->add_letter(letter_at(4, key)); // there already
    unit->park(key, 9);
    unit->park(key, 6);
    unit->park(key, 6);
    unit->park("other", 7);
    REQUIRE(unit->commit(step(0, 9)) == commit_status::committed);
  }

  manual_clock time;
  const claim_request as = request_of("p", "a", 2, 3);
  const std::string key{"Order\0o-17", 10};
  const dead_letter letter = letter_at(4, key);
  std::shared_ptr<projection_store> store;
  ownership owner;
};

inline void letters_and_parked_events(const projection_store_factory& make) {
  const shard_with_parked p{make};
  CHECK(p.store->counts(p.owner.key) == letter_counts{1, 2, 3});
  CHECK(p.store->counts({"p", 0}) == letter_counts{});
  CHECK(p.store->parked_positions(p.owner.key, p.key) == std::vector<position_t>{6, 9});
  CHECK(p.store->parked_positions(p.owner.key, "Order").empty());
  const std::vector<std::string> keys{p.key, "other"};
  CHECK(p.store->parked_keys(p.owner.key) == keys);
  CHECK(claim_one(*p.store, p.as).parked_keys == keys);
}

/// No letter fails for its key, which may be of bytes that can't be made fewer.
inline void letters_of_the_longest_key(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  auto request = request_of(std::string(200, 'p'), "a");
  const auto owner = own(*store, request);
  std::mt19937 bytes{1};
  std::string key;
  while (key.size() < max_sequence_key_bytes)
    key += static_cast<char>(bytes() & 0xff);
  auto letter = letter_at(4, key);
  letter.key = owner.key;
  auto unit = store->begin(owner);
  unit->add_letter(letter);
  unit->park(key, 6);
  REQUIRE(unit->commit(step(0, 6)) == commit_status::committed);
  CHECK(store->parked_keys(owner.key) == std::vector<std::string>{key});
  CHECK(store->letter_at(owner.key, 4)->sequence_key == key);
}

inline void letters_keep_their_event(const projection_store_factory& make) {
  const shard_with_parked p{make};
  const auto listed = p.store->letters({});
  REQUIRE(listed.size() == 1);
  const auto& l = listed.front();
  CHECK(l.id > 0);
  CHECK(l.key == p.owner.key);
  CHECK(l.position == 4);
  CHECK(l.sequence_key == p.key);
  CHECK(l.projection_version == 4);
  CHECK(l.error.find("cents is missing") == 0);
  REQUIRE(l.attempts.size() == 2);
  CHECK(l.attempts[1].error == "second");
  CHECK(l.attempts[1].at == p.letter.attempts[1].at);
  CHECK(l.created_at == p.letter.created_at);
  CHECK(l.subject.position == 4);
  CHECK(l.subject.event_id == p.letter.subject.event_id);
  CHECK(l.subject.event_type == "OrderPlaced");
  CHECK(l.subject.schema_version == 2);
  CHECK(l.subject.aggregate_id == "o-17");
  CHECK(l.subject.aggregate_version == 3);
  CHECK(l.subject.occurred_at == p.letter.subject.occurred_at);
  CHECK(l.subject.recorded_at == p.letter.subject.recorded_at);
  CHECK(l.subject.tenant_id == "acme");
  CHECK_FALSE(l.subject.actor_id.has_value());
  CHECK(l.subject.metadata == "{}");
  CHECK(l.subject.data.text() == "{broken");
  CHECK(p.store->letter(l.id)->position == 4);
  CHECK_FALSE(p.store->letter(l.id + 1).has_value());
}

/// Others' letters can't be settled; one's own are, with the parked events, in one transaction.
inline void letters_end_with_what_is_parked(const projection_store_factory& make) {
  const shard_with_parked p{make};
  const auto id = p.store->letters({}).at(0).id;
  const auto stranger = own(*p.store, request_of("q", "a"));
  CHECK_FALSE(p.store->begin(stranger)->settle_letter(id, {}));
  {
    auto unit = p.store->begin(p.owner);
    CHECK(unit->settle_letter(id, {}));
    unit->unpark(p.key, 6);
  } // not committed
  CHECK(p.store->counts(p.owner.key) == letter_counts{1, 2, 3});
  {
    auto unit = p.store->begin(p.owner);
    CHECK(unit->settle_letter(id, {}));
    CHECK_FALSE(unit->settle_letter(id + 100, {}));
    unit->unpark(p.key, 6);
    unit->unpark(p.key, 9);
    REQUIRE(unit->commit(step(9, 9)) == commit_status::committed);
  }
  CHECK(p.store->counts(p.owner.key) == letter_counts{0, 1, 1});
  CHECK(p.store->letters({}).empty());
}

inline void letters_are_listed_in_pieces(const projection_store_factory& make) {
  const shard_with_parked p{make};
  const auto id = p.store->letters({}).at(0).id;
  {
    auto unit = p.store->begin(p.owner);
    CHECK(unit->settle_letter(id, {}));
    REQUIRE(unit->commit(step(9, 9)) == commit_status::committed);
  }
  for (position_t at = 10; at < 15; ++at) {
    auto unit = p.store->begin(p.owner);
    unit->add_letter(letter_at(at, at % 2 == 0 ? "even" : "odd"));
    REQUIRE(unit->commit(step(at - 1, at)) == commit_status::committed);
  }
  letter_query query;
  query.projection = "p";
  query.limit = 2;
  const auto page_one = p.store->letters(query);
  REQUIRE(page_one.size() == 2);
  CHECK(page_one[0].id > id); // ids are not given twice
  query.after_id = page_one[1].id;
  query.limit = 100;
  CHECK(p.store->letters(query).size() == 3);
  CHECK(p.store->letters({.projection = "q", .sequence_key = std::nullopt}).empty());
  CHECK(p.store->letters({.projection = std::nullopt, .sequence_key = "even"}).size() == 3);
}

/// A projection of three shards, each with a letter and a parked event.
struct shards_with_letters {
  explicit shards_with_letters(const projection_store_factory& make) : store{make(time)} {
    for (int shard = 0; shard < 3; ++shard) {
      owners.push_back(own(*store, request_of("p", "a", shard, 3)));
      auto unit = store->begin(owners.back());
      unit->park("k", 2);
      unit->add_letter(letter_at(1, "k"));
      REQUIRE(unit->commit(step(0, 5, 4)) == commit_status::committed);
    }
  }

  manual_clock time;
  std::shared_ptr<projection_store> store;
  std::vector<ownership> owners;
};

inline void resets(const projection_store_factory& make) {
  const shards_with_letters p{make};
  const auto bystander = own(*p.store, request_of("bystander", "a"));
  REQUIRE(p.store->save(bystander, step(0, 8)) == commit_status::committed);
  auto as = request_of("p", "operator", 0, 2);
  as.key_rule = "customer";
  as.projection_version = 1;
  as.log_id = "log-2";
  p.store->reset(as, {});
  for (const auto& owner : p.owners) {
    CHECK(p.store->begin(owner) == nullptr);
    CHECK(p.store->save(owner, step(5, 6)) == commit_status::fenced);
    CHECK(p.store->save(owner, step(0, 6)) == commit_status::fenced);
  }
  const auto records = p.store->load_all();
  REQUIRE(records.size() == 3);
  for (const auto& r : records) {
    if (r.key.projection != "p")
      continue;
    CHECK(r.position == 0);
    CHECK(r.generation == 1);
    CHECK(r.events_processed == 0);
    CHECK(r.shards == 2);
    CHECK(r.key_rule == "customer");
    CHECK(r.log_id == "log-2");
    CHECK_FALSE(r.owner.has_value());
    CHECK(r.event_id_at_position.is_nil());
    CHECK(r.epoch > p.owners[2].epoch);
    CHECK(p.store->counts(r.key) == letter_counts{});
    CHECK(p.store->parked_keys(r.key).empty());
  }
  CHECK(p.store->load(bystander.key)->position == 8);
  // A projection that never was can be reset too.
  p.store->reset(request_of("unheard of", "operator"), {});
  CHECK(p.store->load({"unheard of", 0})->generation == 1);
}

/// Letters of an older generation are history: listed, and never settled.
inline void resets_leave_letters_as_history(const projection_store_factory& make) {
  const shards_with_letters p{make};
  p.store->reset(request_of("p", "operator", 0, 2), {});
  const auto history = p.store->letters({});
  REQUIRE(history.size() == 3);
  const auto owner = own(*p.store, request_of("p", "a", 0, 2));
  CHECK_FALSE(p.store->begin(owner)->settle_letter(history[0].id, {}));
  {
    auto unit = p.store->begin(owner); // the same position again, in the new generation
    unit->add_letter(letter_at(1, "k"));
    REQUIRE(unit->commit(step(0, 1)) == commit_status::committed);
  }
  CHECK(p.store->letters({}).size() == 4);
  CHECK(p.store->counts(owner.key).letters == 1);
}

/// Two shards, and three again: no owner of old can match a row that is new.
inline void resets_fence_owners_of_former_shards(const projection_store_factory& make) {
  const shards_with_letters p{make};
  p.store->reset(request_of("p", "operator", 0, 2), {});
  p.store->reset(request_of("p", "operator", 0, 3), {});
  const auto fresh = own(*p.store, request_of("p", "b", 2, 3));
  CHECK(p.store->load(fresh.key)->generation == 2);
  CHECK(p.store->begin(p.owners[2]) == nullptr);
  CHECK(p.store->save(p.owners[2], step(0, 3)) == commit_status::fenced);
}

} // namespace waymark::contract
