// Ends that nobody announced, and the events that they leave under way. Included by
// projection_store_contract.hpp.
#pragma once

#include "projection_store_claims.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace waymark::contract {

/// A shard whose owners follow one another, each when the one before has expired.
struct shard_in_turn {
  explicit shard_in_turn(const projection_store_factory& make) : store{make(time)} {}

  claim_result next(const char* owner, int version = 1) {
    time.advance(std::chrono::seconds{11});
    auto request = request_of("p", owner);
    request.max_batch = 50;
    request.projection_version = version;
    auto result = claim_one(*store, request);
    REQUIRE(result.state == claimed::granted);
    proof.epoch = result.record.epoch;
    return result;
  }
  void save(const checkpoint_advance& advance) const {
    REQUIRE(store->save(proof, advance) == commit_status::committed);
  }
  /// False for a store that keeps no markers since it can't outlive the process: with that, a case
  /// about markers is over.
  [[nodiscard]] bool begins(const attempt_marker& subject) const {
    REQUIRE(store->begin_attempt(proof, subject) == commit_status::committed);
    return marker().has_value();
  }
  [[nodiscard]] std::optional<attempt_marker> marker() const {
    return store->find_attempt(proof.key);
  }

  manual_clock time;
  std::shared_ptr<projection_store> store;
  ownership proof{{"p", 0}, 0};
};

inline attempt_marker attempt_at(position_t position) {
  attempt_marker subject;
  subject.position = position;
  subject.event_id = uuid::v7();
  return subject;
}

/// Whoever claims after an owner that ended without a release goes carefully for a while.
inline void notices_unclean_ends(const projection_store_factory& make) {
  shard_in_turn shard{make};
  const auto first = shard.next("host-a");
  CHECK(first.record.max_batch == 50);
  CHECK(first.record.careful_until == 0);
  CHECK(first.ended_owner.empty());
  shard.save(step(0, 10, 10));
  CHECK(shard.next("host-a").ended_owner.empty()); // itself: no end
  const auto again = shard.next("host-b");
  CHECK(again.ended_owner == "host-a");
  CHECK(again.record.careful_until == 60);
}

/// Events of letters that are handled again do not count among those that ask for care.
inline void handled_letters_prolong_care(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  shard.save(step(0, 10, 10));
  shard.next("host-b");
  const auto& key = shard.proof.key;
  for (int i = 0; i < 2; ++i) {
    const auto before = shard.store->load(key);
    shard.save(step(10, 10, 3)); // and the position stays
    const auto after = shard.store->load(key);
    CHECK(after->events_processed == before->events_processed + 3);
    CHECK(after->careful_until == before->careful_until + 3);
  }
  shard.store->release(std::span{&shard.proof, 1});
  CHECK(shard.store->load(key)->max_batch == 0);
  const auto clean = shard.next("host-c");
  CHECK(clean.ended_owner.empty());
  CHECK(clean.record.careful_until == 66); // not passed yet
}

inline void attempts_are_marked(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  const auto subject = attempt_at(11);
  const ownership stale{shard.proof.key, shard.proof.epoch - 1};
  static_cast<void>(shard.store->begin_attempt(stale, subject)); // fenced
  CHECK_FALSE(shard.marker());
  if (!shard.begins(subject))
    return;
  const auto open = shard.marker();
  CHECK(open->position == 11);
  CHECK(open->event_id == subject.event_id);
  CHECK(open->owner == "host-a");
  CHECK(open->begun_at == shard.time.now());
}

/// Each end is counted once, by the claim that finds it. That its owner was heard of for long does
/// not mean that the attempt lasted as long.
inline void ends_of_attempts_are_counted(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  const auto subject = attempt_at(11);
  if (!shard.begins(subject))
    return;
  auto suspected = shard.next("host-b").suspect;
  REQUIRE(suspected);
  CHECK(suspected->counts == end_counts{0, 0, 1});
  CHECK(shard.next("host-c").suspect->counts == end_counts{0, 0, 1});
  REQUIRE(shard.begins(subject));
  shard.time.advance(std::chrono::seconds{5});
  shard.store->renew("host-c");
  suspected = shard.next("host-d").suspect;
  REQUIRE(suspected);
  CHECK(suspected->counts == end_counts{0, 0, 2});
  CHECK(suspected->last_end == "no signal");
  CHECK_FALSE(suspected->owner);
}

/// An attempt that failed in good order is no end; another event begins anew.
inline void failed_attempts_are_no_ends(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  auto subject = attempt_at(11);
  if (!shard.begins(subject))
    return;
  shard.next("host-b");
  REQUIRE(shard.begins(subject));
  shard.store->end_attempt({shard.proof.key, shard.proof.epoch - 1});
  CHECK(shard.marker()->owner == "host-b");
  shard.store->end_attempt(shard.proof);
  const auto suspected = shard.next("host-c").suspect;
  REQUIRE(suspected);
  CHECK(suspected->counts == end_counts{0, 0, 1});
  ++subject.position;
  REQUIRE(shard.begins(subject));
  CHECK(shard.marker()->counts == end_counts{});
}

/// The key of an attempt stays until there is another event, or another key.
inline void attempts_keep_their_key(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  auto subject = attempt_at(11);
  if (!shard.begins(subject))
    return;
  CHECK_FALSE(shard.marker()->sequence_key);
  for (const auto& known : {std::string{"Order\0a", 7}, std::string{}, std::string{"b"}}) {
    subject.sequence_key = known;
    REQUIRE(shard.begins(subject));
    auto unknown = subject;
    unknown.sequence_key.reset();
    REQUIRE(shard.begins(unknown));
    CHECK(shard.marker()->sequence_key == known);
  }
  REQUIRE(shard.begins(attempt_at(12)));
  CHECK_FALSE(shard.marker()->sequence_key);
}

/// A marker goes with the commit, and not with a unit that rolls back.
inline void markers_go_with_the_commit(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  if (!shard.begins(attempt_at(1)))
    return;
  shard.store->begin(shard.proof)->clear_attempt();
  CHECK(shard.marker());
  auto unit = shard.store->begin(shard.proof);
  unit->clear_attempt();
  REQUIRE(unit->commit(step(0, 1, 1)) == commit_status::committed);
  unit.reset();
  CHECK_FALSE(shard.marker());
}

/// An event of a replay lies at or below the stored position.
inline void replays_are_suspected_too(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  shard.save(step(0, 10, 10));
  auto subject = attempt_at(3);
  subject.sequence_key = "k";
  if (!shard.begins(subject))
    return;
  const auto suspected = shard.next("host-b").suspect;
  REQUIRE(suspected);
  CHECK(suspected->position == 3);
  CHECK(suspected->counts == end_counts{0, 0, 1});
  CHECK(suspected->sequence_key == subject.sequence_key);
}

/// What a newer program or a reset begins is not judged by what was before.
inline void suspicion_ends_with_what_was_judged(const projection_store_factory& make) {
  shard_in_turn shard{make};
  shard.next("host-a");
  shard.save(step(0, 10, 10));
  const auto subject = attempt_at(11);
  if (!shard.begins(subject))
    return;
  CHECK_FALSE(shard.next("host-b", 2).suspect);
  CHECK_FALSE(shard.marker());
  REQUIRE(shard.begins(subject));
  shard.next("host-c", 2);
  CHECK(shard.store->load(shard.proof.key)->careful_until > 0);
  auto as = request_of("p", "operator");
  as.projection_version = 2;
  shard.store->reset(as, {});
  CHECK_FALSE(shard.marker());
  CHECK(shard.store->load(shard.proof.key)->careful_until == 0);
}

} // namespace waymark::contract
