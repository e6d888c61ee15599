// Who owns a shard: claims, fences, and ends that nobody announced. Included by
// projection_store_contract.hpp.
#pragma once

#include "projection_store_claims.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace waymark::contract {

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
  const auto kept = store->renew("host-b");
  REQUIRE(kept.has_value());
  REQUIRE(kept->size() == 1);
  CHECK((kept->front().key == other.key && kept->front().epoch == second.record.epoch));
  CHECK(store->renew("host-a")->empty()); // it was fenced, and learns it so
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
  auto replayed = step(10, 10, 3); // letters that are handled again do not move the position
  for (int i = 0; i < 2; ++i) {
    const auto before = store->load(key);
    REQUIRE(store->save(owner, replayed) == commit_status::committed);
    const auto after = store->load(key);
    CHECK(after->events_processed == before->events_processed + 3);
    CHECK(after->careful_until == before->careful_until + 3);
  }
  store->release(std::span{&owner, 1});
  CHECK(store->load(key)->max_batch == 0);
  const auto clean = claim_as("host-c");
  CHECK(clean.ended_owner.empty());
  CHECK(clean.record.careful_until == 66); // not passed yet

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

  // Its key stays until there is another event, or another key.
  CHECK_FALSE(store->find_attempt(key)->sequence_key);
  for (const auto* known : {"Order\0a", "", "b"}) {
    subject.sequence_key = std::string{known, known[0] == 'O' ? 7u : std::string{known}.size()};
    REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
    auto unknown = subject;
    unknown.sequence_key.reset();
    REQUIRE(store->begin_attempt(owner, unknown) == commit_status::committed);
    CHECK(store->find_attempt(key)->sequence_key == subject.sequence_key);
  }

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

  // An event of a replay lies at or below the stored position.
  subject.position = 3;
  REQUIRE(store->begin_attempt(owner, subject) == commit_status::committed);
  suspected = claim_as("host-r").suspect;
  REQUIRE(suspected);
  CHECK(suspected->position == 3);
  CHECK(suspected->counts == end_counts{0, 0, 1});
  CHECK(suspected->sequence_key == subject.sequence_key);
  owner.epoch = store->load(key)->epoch;

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
