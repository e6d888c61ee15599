// Who owns a shard: claims and fences. Included by projection_store_contract.hpp.
#pragma once

#include "projection_store_claims.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace waymark::contract {

inline void claims_what_is_free(const projection_store_factory& make) {
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
}

/// What another was heard of lately for is held.
inline void claims_expire(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto first = own(*store, request_of("p", "host-a"));
  const auto other = request_of("p", "host-b");
  const auto held = claim_one(*store, other);
  CHECK(held.state == claimed::held);
  CHECK(held.record.epoch == first.epoch);
  CHECK(held.detail.find("host-a") != std::string::npos);
  time.advance(std::chrono::seconds{10});
  CHECK(claim_one(*store, other).state == claimed::held); // not older than the timeout yet
  time.advance(std::chrono::microseconds{1});
  const auto second = claim_one(*store, other);
  CHECK(second.state == claimed::granted);
  CHECK(second.record.epoch > first.epoch);
  CHECK(second.previous_version == 1);
}

inline void former_owners_change_nothing(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto stale = own(*store, request_of("p", "host-a"));
  time.advance(std::chrono::seconds{11});
  own(*store, request_of("p", "host-b"));
  CHECK(store->begin(stale) == nullptr);
  CHECK(store->save(stale, step(0, 5)) == commit_status::fenced);
  CHECK(store->store_failure(stale, stored_failure{}) == commit_status::fenced);
  store->release(std::span{&stale, 1});
  CHECK(store->load({"p", 0})->owner == "host-b");
  CHECK(store->load({"p", 0})->position == 0);
  CHECK_FALSE(store->load({"p", 0})->failure.has_value());
  CHECK(store->renew("host-a")->empty()); // and learns it so
}

/// Renewing keeps a claim; releasing gives it up at once; the same owner may claim again.
inline void claims_are_kept_until_released(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto mine = request_of("p", "host-a");
  const auto other = request_of("p", "host-b");
  const auto owner = own(*store, mine);
  time.advance(std::chrono::seconds{9});
  const auto kept = store->renew("host-a");
  REQUIRE(kept.has_value());
  REQUIRE(kept->size() == 1);
  CHECK((kept->front().key == mine.key && kept->front().epoch == owner.epoch));
  time.advance(std::chrono::seconds{9});
  CHECK(claim_one(*store, other).state == claimed::held);
  const auto newest = own(*store, mine);
  CHECK(newest.epoch == owner.epoch + 1);
  store->release(std::span{&owner, 1}); // an epoch too old: nothing happens
  CHECK(claim_one(*store, other).state == claimed::held);
  store->release(std::span{&newest, 1});
  CHECK_FALSE(store->load({"p", 0})->owner.has_value());
  CHECK(claim_one(*store, other).state == claimed::granted);
}

inline void operators_take_over(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto former = own(*store, request_of("p", "host-a"));
  auto forced = request_of("p", "host-b");
  CHECK(claim_one(*store, forced).state == claimed::held);
  forced.take_over = true;
  const auto taken = claim_one(*store, forced);
  CHECK(taken.state == claimed::granted);
  CHECK(taken.record.epoch > former.epoch);
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
