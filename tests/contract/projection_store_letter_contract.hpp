// What is set aside, and what a reset leaves of it. Included by projection_store_contract.hpp.
#pragma once

#include "projection_store_claims.hpp"

#include <waymark/messages/error.hpp>

#include <optional>
#include <vector>

namespace waymark::contract {

inline void letters_and_parked_events(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto owner = own(*store, request_of("p", "a", 2, 3));
  const std::string key{"Order\0o-17", 10};
  const auto letter = letter_at(4, key);
  {
    auto unit = store->begin(owner);
    unit->add_letter(letter);
    unit->add_letter(letter_at(4, key)); // there already
    unit->park(key, 9);
    unit->park(key, 6);
    unit->park(key, 6);
    unit->park("other", 7);
    REQUIRE(unit->commit(step(0, 9)) == commit_status::committed);
  }
  CHECK(store->counts(owner.key) == letter_counts{1, 2, 3});
  CHECK(store->counts({"p", 0}) == letter_counts{});
  CHECK(store->parked_positions(owner.key, key) == std::vector<position_t>{6, 9});
  CHECK(store->parked_positions(owner.key, "Order").empty());
  CHECK(store->parked_keys(owner.key) == std::vector<std::string>{key, "other"});
  CHECK(claim_one(*store, request_of("p", "a", 2, 3)).parked_keys ==
        std::vector<std::string>{key, "other"});
  const ownership again{owner.key, owner.epoch + 1};

  const auto listed = store->letters({});
  REQUIRE(listed.size() == 1);
  const auto& l = listed.front();
  CHECK(l.id > 0);
  CHECK(l.key == owner.key);
  CHECK(l.position == 4);
  CHECK(l.sequence_key == key);
  CHECK(l.projection_version == 4);
  CHECK(l.error.find("cents is missing") == 0);
  REQUIRE(l.attempts.size() == 2);
  CHECK(l.attempts[1].error == "second");
  CHECK(l.attempts[1].at == letter.attempts[1].at);
  CHECK(l.created_at == letter.created_at);
  CHECK(l.subject.position == 4);
  CHECK(l.subject.event_id == letter.subject.event_id);
  CHECK(l.subject.event_type == "OrderPlaced");
  CHECK(l.subject.schema_version == 2);
  CHECK(l.subject.aggregate_id == "o-17");
  CHECK(l.subject.aggregate_version == 3);
  CHECK(l.subject.occurred_at == letter.subject.occurred_at);
  CHECK(l.subject.recorded_at == letter.subject.recorded_at);
  CHECK(l.subject.tenant_id == "acme");
  CHECK_FALSE(l.subject.actor_id.has_value());
  CHECK(l.subject.metadata == "{}");
  CHECK(l.subject.data.text() == "{broken");
  CHECK(store->letter(l.id)->position == 4);
  CHECK_FALSE(store->letter(l.id + 1).has_value());

  // Others' letters can't be settled; one's own are, with the parked events, in one transaction.
  const auto stranger = own(*store, request_of("q", "a"));
  CHECK_FALSE(store->begin(stranger)->settle_letter(l.id, {}));
  {
    auto unit = store->begin(again);
    CHECK(unit->settle_letter(l.id, {}));
    unit->unpark(key, 6);
  } // not committed
  CHECK(store->counts(owner.key) == letter_counts{1, 2, 3});
  {
    auto unit = store->begin(again);
    CHECK(unit->settle_letter(l.id, {}));
    CHECK_FALSE(unit->settle_letter(l.id + 100, {}));
    unit->unpark(key, 6);
    unit->unpark(key, 9);
    REQUIRE(unit->commit(step(9, 9)) == commit_status::committed);
  }
  CHECK(store->counts(owner.key) == letter_counts{0, 1, 1});
  CHECK(store->letters({}).empty());

  // Lists are filtered and come in pieces.
  for (position_t p = 10; p < 15; ++p) {
    auto unit = store->begin(again);
    unit->add_letter(letter_at(p, p % 2 == 0 ? "even" : "odd"));
    REQUIRE(unit->commit(step(p - 1, p)) == commit_status::committed);
  }
  letter_query query;
  query.projection = "p";
  query.limit = 2;
  const auto page_one = store->letters(query);
  REQUIRE(page_one.size() == 2);
  CHECK(page_one[0].id > l.id); // ids are not given twice
  query.after_id = page_one[1].id;
  query.limit = 100;
  CHECK(store->letters(query).size() == 3);
  CHECK(store->letters({.projection = "q", .sequence_key = std::nullopt}).empty());
  CHECK(store->letters({.projection = std::nullopt, .sequence_key = "even"}).size() == 3);
}

inline void resets(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  std::vector<ownership> owners;
  for (int shard = 0; shard < 3; ++shard) {
    owners.push_back(own(*store, request_of("p", "a", shard, 3)));
    auto unit = store->begin(owners.back());
    unit->park("k", 2);
    unit->add_letter(letter_at(1, "k"));
    REQUIRE(unit->commit(step(0, 5, 4)) == commit_status::committed);
  }
  const auto bystander = own(*store, request_of("bystander", "a"));
  REQUIRE(store->save(bystander, step(0, 8)) == commit_status::committed);

  auto as = request_of("p", "operator", 0, 2);
  as.key_rule = "customer";
  as.projection_version = 1;
  as.log_id = "log-2";
  store->reset(as, {});
  for (const auto& owner : owners) {
    CHECK(store->begin(owner) == nullptr);
    CHECK(store->save(owner, step(5, 6)) == commit_status::fenced);
    CHECK(store->save(owner, step(0, 6)) == commit_status::fenced);
  }
  const auto records = store->load_all();
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
    CHECK(r.epoch > owners[2].epoch);
    CHECK(store->counts(r.key) == letter_counts{});
    CHECK(store->parked_keys(r.key).empty());
  }
  CHECK(store->load(bystander.key)->position == 8);
  // Letters of an older generation are history: listed, and never settled.
  const auto history = store->letters({});
  REQUIRE(history.size() == 3);
  auto now_mine = as;
  now_mine.owner = "a";
  const auto owner = own(*store, now_mine);
  CHECK_FALSE(store->begin(owner)->settle_letter(history[0].id, {}));
  {
    auto unit = store->begin(owner); // the same position again, in the new generation
    unit->add_letter(letter_at(1, "k"));
    REQUIRE(unit->commit(step(0, 1)) == commit_status::committed);
  }
  CHECK(store->letters({}).size() == 4);
  CHECK(store->counts(owner.key).letters == 1);

  // Back to three shards: no owner of old can match a row that is new.
  auto three = request_of("p", "operator", 0, 3);
  store->reset(three, {});
  const auto fresh = own(*store, request_of("p", "b", 2, 3));
  CHECK(store->load(fresh.key)->generation == 2);
  CHECK(store->begin(owners[2]) == nullptr);
  CHECK(store->save(owners[2], step(0, 3)) == commit_status::fenced);
  // A projection that never was can be reset too.
  store->reset(request_of("unheard of", "operator"), {});
  CHECK(store->load({"unheard of", 0})->generation == 1);
}

} // namespace waymark::contract
