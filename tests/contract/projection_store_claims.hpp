// What the suites about projection stores say about claims, letters and steps in few words.
#pragma once

#include <waymark/messages/clock.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

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

} // namespace waymark::contract
