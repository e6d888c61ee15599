// What every projection store promises (guarantees G2 and G3), as test cases for Catch2 version 2
// or
// 3. Include Catch2 before this header, then name the store and say how to make an empty one:
//
//   WAYMARK_PROJECTION_STORE_CONTRACT("my store", [](const waymark::clock& clk) { return make(clk);
//   })
//
// A store that keeps tables also passes read_model_contract.hpp.
#pragma once

#include <waymark/messages/clock.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/persistence/process_instance.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace waymark::contract {

/// Makes an empty store that dates by the clock.
using projection_store_factory = std::function<std::shared_ptr<projection_store>(const clock&)>;

using claimed = claim_result::status;

inline claim_request request_of(std::string projection, std::string owner, int shard = 0,
                                int shards = 1) {
  claim_request r;
  r.key = {std::move(projection), shard};
  r.shards = shards;
  r.key_rule = "stream";
  r.projection_version = 1;
  r.log_id = "log-1";
  r.owner = std::move(owner);
  return r;
}

inline claim_result claim_one(projection_store& store, const claim_request& r) {
  return store.claim(std::span{&r, 1}).front();
}

/// Claims and gives the proof.
inline ownership own(projection_store& store, const claim_request& r) {
  const auto result = claim_one(store, r);
  INFO(result.detail);
  REQUIRE(result.state == claimed::granted);
  return {r.key, result.record.epoch};
}

inline checkpoint_advance step(position_t from, position_t to, std::int64_t handled = 0) {
  checkpoint_advance a;
  a.from = from;
  a.to = to;
  a.event_id_at_position = uuid::v7();
  a.handled = handled;
  return a;
}

inline dead_letter letter_at(position_t position, std::string sequence_key) {
  dead_letter l;
  l.position = position;
  l.sequence_key = std::move(sequence_key);
  l.projection_version = 4;
  l.error = "cents is missing \xff";
  l.attempts = {{timestamp{std::chrono::microseconds{5}}, "first"},
                {timestamp{std::chrono::microseconds{9}}, "second"}};
  l.created_at = timestamp{std::chrono::microseconds{11}};
  l.subject.position = position;
  l.subject.event_id = uuid::v7();
  l.subject.event_type = "OrderPlaced";
  l.subject.schema_version = 2;
  l.subject.aggregate_type = "Order";
  l.subject.aggregate_id = "o-17";
  l.subject.aggregate_version = 3;
  l.subject.occurred_at = timestamp{std::chrono::microseconds{1}};
  l.subject.recorded_at = timestamp{std::chrono::microseconds{2}};
  l.subject.tenant_id = "acme";
  l.subject.metadata = "{}";
  l.subject.data = payload::from_json("{broken");
  return l;
}

inline void claims_and_fences(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  CHECK_FALSE(store->load({"p", 0}).has_value());
  const auto first = claim_one(*store, request_of("p", "host-a"));
  CHECK(first.state == claimed::granted);
  CHECK(first.record.position == 0);
  CHECK(first.record.log_id == "log-1");
  CHECK(first.record.owner == "host-a");
  CHECK(first.record.renewed_at == time.now());
  CHECK(first.record.shards == 1);
  CHECK(first.record.key_rule == "stream");
  CHECK(first.previous_version == 0);
  CHECK(first.parked_keys.empty());

  // Held by another that was heard of lately.
  auto other = request_of("p", "host-b");
  const auto held = claim_one(*store, other);
  CHECK(held.state == claimed::held);
  CHECK(held.record.epoch == first.record.epoch);
  CHECK(held.detail.find("host-a") != std::string::npos);
  time.advance(std::chrono::seconds{10});
  CHECK(claim_one(*store, other).state == claimed::held); // not older than the timeout yet
  time.advance(std::chrono::microseconds{1});
  const auto second = claim_one(*store, other);
  CHECK(second.state == claimed::granted);
  CHECK(second.record.epoch > first.record.epoch);
  CHECK(second.previous_version == 1);

  // The former owner changes nothing any more.
  const ownership stale{{"p", 0}, first.record.epoch};
  const ownership current{{"p", 0}, second.record.epoch};
  CHECK(store->begin(stale) == nullptr);
  CHECK(store->save(stale, step(0, 5)) == commit_status::fenced);
  CHECK(store->store_failure(stale, stored_failure{}) == commit_status::fenced);
  store->release(std::span{&stale, 1});
  CHECK(store->load({"p", 0})->owner == "host-b");
  CHECK(store->load({"p", 0})->position == 0);
  CHECK_FALSE(store->load({"p", 0})->failure.has_value());

  // Renewing keeps it; releasing gives it up at once; the same owner may claim again.
  time.advance(std::chrono::seconds{9});
  store->renew("host-b");
  time.advance(std::chrono::seconds{9});
  CHECK(claim_one(*store, request_of("p", "host-c")).state == claimed::held);
  CHECK(own(*store, other).epoch == second.record.epoch + 1);
  store->release(std::span{&current, 1}); // an epoch too old: nothing happens
  CHECK(claim_one(*store, request_of("p", "host-c")).state == claimed::held);
  const ownership newest{{"p", 0}, second.record.epoch + 1};
  store->release(std::span{&newest, 1});
  CHECK_FALSE(store->load({"p", 0})->owner.has_value());
  CHECK(claim_one(*store, request_of("p", "host-c")).state == claimed::granted);

  // An operator's word.
  auto forced = request_of("p", "host-d");
  forced.take_over = true;
  CHECK(claim_one(*store, forced).state == claimed::granted);
}

inline void claims_know_their_terms(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  auto r = request_of("p", "host-a", 1, 4);
  r.projection_version = 3;
  const auto owner = own(*store, r);

  auto lower = r;
  lower.projection_version = 2;
  lower.take_over = true; // not even then
  const auto older = claim_one(*store, lower);
  CHECK(older.state == claimed::newer_version);
  CHECK_FALSE(older.detail.empty());
  lower.key.shard = 0; // no other shard either
  CHECK(claim_one(*store, lower).state == claimed::newer_version);

  auto two = r;
  two.shards = 2;
  CHECK(claim_one(*store, two).state == claimed::mismatch);
  two.key.shard = 0;
  CHECK(claim_one(*store, two).state == claimed::mismatch);
  auto rule = r;
  rule.key_rule = "customer";
  const auto other_rule = claim_one(*store, rule);
  CHECK(other_rule.state == claimed::mismatch);
  CHECK(other_rule.detail.find("customer") != std::string::npos);
  CHECK(store->load(r.key)->epoch == owner.epoch); // a refusal changes nothing

  auto newer = r;
  newer.projection_version = 7;
  newer.log_id = "another log";
  const auto raised = claim_one(*store, newer);
  CHECK(raised.state == claimed::granted);
  CHECK(raised.previous_version == 3);
  CHECK(raised.record.projection_version == 7);
  CHECK(raised.record.log_id == "log-1"); // kept since the row was new
  CHECK(store->load(r.key)->projection_version == 7);

  // Several at once, each on its own terms.
  const std::vector<claim_request> many{request_of("q", "host-a"), lower,
                                        request_of("r", "host-a")};
  const auto results = store->claim(many);
  REQUIRE(results.size() == 3);
  CHECK(results[0].state == claimed::granted);
  CHECK(results[1].state == claimed::newer_version);
  CHECK(results[2].state == claimed::granted);
  std::vector<std::string> names;
  for (const auto& record : store->load_all())
    names.push_back(to_string(record.key));
  CHECK(names == std::vector<std::string>{"p/1", "q", "r"});
}

inline void dead_owners_are_replaced(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  own(*store, request_of("p", this_process_instance()));
  CHECK(claim_one(*store, request_of("p", "someone")).state == claimed::held);
  // This process as it would be known if it had started at another time: gone for certain.
  auto gone = this_process_instance();
  const auto slash = [&](int n) {
    std::size_t at = 0;
    for (; n > 0; --n)
      at = gone.find('/', at) + 1;
    return at;
  };
  gone.insert(slash(4), "1");
  REQUIRE(is_provably_dead(gone));
  own(*store, request_of("q", gone));
  CHECK(claim_one(*store, request_of("q", "someone")).state == claimed::granted);
}

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

  // Another stored position: fenced, and nothing of the unit stays.
  {
    auto unit = store->begin(owner);
    unit->park("k", 3);
    unit->add_letter(letter_at(3, "k"));
    CHECK(unit->commit(step(0, 9)) == commit_status::fenced);
  }
  // Not committed at all: neither.
  {
    auto unit = store->begin(owner);
    unit->park("k", 3);
    unit->add_letter(letter_at(3, "k"));
  }
  // Another epoch by the time of the commit.
  CHECK(store->counts(owner.key) == letter_counts{});
  CHECK(store->load(owner.key)->position == 7);

  // Events that nobody wanted: the record of the last one handled stays.
  CHECK(store->save(owner, step(7, 20)) == commit_status::committed);
  CHECK(store->save(owner, step(7, 21)) == commit_status::fenced);
  record = *store->load(owner.key);
  CHECK(record.position == 20);
  CHECK(record.last_event_type == "OrderPlaced");
  CHECK(record.events_processed == 2);

  // A stored failure stays until the next commit, or until it is cleared.
  const stored_failure why{21, uuid::v7(), "OrderPaid", 3, "no such \"thing\"", time.now()};
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

/// An owner that ends without a release is noticed, and so is the event that it left under way.
/// Stores that can't outlive the process keep no markers and skip the second half.
inline void notices_unclean_ends(const projection_store_factory& make) {
  using namespace std::chrono_literals;
  manual_clock time;
  const auto store = make(time);
  const shard_key key{"p", 0};
  const auto claim_as = [&](const char* owner, int version = 1) {
    time.advance(11s); // whoever was there has expired
    auto request = request_of("p", owner);
    request.max_batch = 50;
    request.projection_version = version;
    const auto result = claim_one(*store, request);
    REQUIRE(result.state == claimed::granted);
    return result;
  };
  const auto first = claim_as("host-a");
  CHECK(first.record.max_batch == 50);
  CHECK(first.record.careful_until == 0);
  CHECK(first.ended_owner.empty());
  ownership owner{key, first.record.epoch};
  REQUIRE(store->save(owner, step(0, 10, 10)) == commit_status::committed);
  CHECK(claim_as("host-a").ended_owner.empty()); // itself: no end
  const auto again = claim_as("host-b");
  CHECK(again.ended_owner == "host-a");
  CHECK(again.record.careful_until == 60);
  owner = {key, again.record.epoch};
  store->release(std::span{&owner, 1});
  CHECK(store->load(key)->max_batch == 0);
  const auto clean = claim_as("host-c");
  CHECK(clean.ended_owner.empty());
  CHECK(clean.record.careful_until == 60); // not passed yet

  attempt_marker subject;
  subject.position = 11;
  subject.event_id = uuid::v7();
  static_cast<void>(store->begin_attempt({key, clean.record.epoch - 1}, subject)); // fenced
  CHECK_FALSE(store->find_attempt(key));
  owner = {key, clean.record.epoch};
  REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
  const auto open = store->find_attempt(key);
  if (!open)
    return;
  CHECK(open->position == 11);
  CHECK(open->event_id == subject.event_id);
  CHECK(open->owner == "host-c");
  CHECK(open->begun_at == time.now());

  // Each end is counted once, by the claim that finds it. That its owner was heard of for long does
  // not mean that the attempt lasted as long.
  auto suspected = claim_as("host-d").suspect;
  REQUIRE(suspected);
  CHECK(suspected->counts == end_counts{0, 0, 1});
  CHECK(claim_as("host-e").suspect->counts == end_counts{0, 0, 1});
  owner.epoch = store->load(key)->epoch;
  REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
  time.advance(5s);
  store->renew("host-e");
  suspected = claim_as("host-f").suspect;
  REQUIRE(suspected);
  CHECK(suspected->counts == end_counts{0, 0, 2});
  CHECK(suspected->last_end == "no signal");
  CHECK_FALSE(suspected->owner);

  // An attempt that failed in good order is no end; another event begins anew.
  owner.epoch = store->load(key)->epoch;
  REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
  store->end_attempt({key, owner.epoch - 1});
  CHECK(store->find_attempt(key)->owner == "host-f");
  store->end_attempt(owner);
  CHECK(claim_as("host-g").suspect->counts == end_counts{0, 0, 2});
  owner.epoch = store->load(key)->epoch;
  ++subject.position;
  REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
  CHECK(store->find_attempt(key)->counts == end_counts{});

  // It goes with the commit, and not with a unit that rolls back.
  {
    auto unit = store->begin(owner);
    unit->clear_attempt();
  }
  CHECK(store->find_attempt(key));
  auto unit = store->begin(owner);
  unit->clear_attempt();
  REQUIRE(unit->commit(step(10, 12, 1)) == commit_status::committed);
  unit.reset();
  CHECK_FALSE(store->find_attempt(key));

  // What a newer program or a reset begins is not judged by what was before.
  subject.position = 13;
  REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
  CHECK_FALSE(claim_as("host-h", 2).suspect);
  CHECK_FALSE(store->find_attempt(key));
  owner.epoch = store->load(key)->epoch;
  REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
  auto as = request_of("p", "operator");
  as.projection_version = 2;
  store->reset(as, {});
  CHECK_FALSE(store->find_attempt(key));
  CHECK(store->load(key)->careful_until == 0);
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

/// Threads that believe to own the same shard: every position is committed once.
inline void only_one_wins(const projection_store_factory& make) {
  const auto store = make(clock::system());
  std::atomic<int> committed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      auto r = request_of("p", "owner-" + std::to_string(t));
      r.take_over = true;
      for (int i = 0; i < 20; ++i) {
        const auto got = claim_one(*store, r);
        if (got.state != claimed::granted)
          continue;
        const ownership owner{r.key, got.record.epoch};
        auto unit = store->begin(owner);
        if (!unit)
          continue;
        const auto from = got.record.position;
        if (unit->commit(step(from, from + 1, 1)) == commit_status::committed)
          ++committed;
      }
    });
  for (auto& t : threads)
    t.join();
  const auto record = *store->load({"p", 0});
  CHECK(record.position == committed);
  CHECK(record.events_processed == committed);
  CHECK(record.epoch >= committed);
}

} // namespace waymark::contract

#define WAYMARK_PROJECTION_STORE_CONTRACT(NAME, ...)                                               \
  TEST_CASE(NAME ": claims and fences", "[contract]") {                                            \
    waymark::contract::claims_and_fences(__VA_ARGS__);                                             \
  }                                                                                                \
  TEST_CASE(NAME ": claims know their terms", "[contract]") {                                      \
    waymark::contract::claims_know_their_terms(__VA_ARGS__);                                       \
  }                                                                                                \
  TEST_CASE(NAME ": dead owners are replaced", "[contract]") {                                     \
    waymark::contract::dead_owners_are_replaced(__VA_ARGS__);                                      \
  }                                                                                                \
  TEST_CASE(NAME ": commits by compare-and-set", "[contract]") {                                   \
    waymark::contract::commits_by_compare_and_set(__VA_ARGS__);                                    \
  }                                                                                                \
  TEST_CASE(NAME ": letters and parked events", "[contract]") {                                    \
    waymark::contract::letters_and_parked_events(__VA_ARGS__);                                     \
  }                                                                                                \
  TEST_CASE(NAME ": resets", "[contract]") {                                                       \
    waymark::contract::resets(__VA_ARGS__);                                                        \
  }                                                                                                \
  TEST_CASE(NAME ": notices unclean ends", "[contract]") {                                         \
    waymark::contract::notices_unclean_ends(__VA_ARGS__);                                          \
  }                                                                                                \
  TEST_CASE(NAME ": keeps plain positions", "[contract]") {                                        \
    waymark::contract::keeps_plain_positions(__VA_ARGS__);                                         \
  }                                                                                                \
  TEST_CASE(NAME ": of many owners only one wins", "[contract]") {                                 \
    waymark::contract::only_one_wins(__VA_ARGS__);                                                 \
  }
