#include "persistence/claim_rule.hpp"

#include "persistence/crash_record.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <algorithm>

namespace waymark {

namespace {

using status = claim_result::status;

const checkpoint* find(std::span<const checkpoint> records, const shard_key& key) {
  for (const auto& each : records)
    if (each.key == key)
      return &each;
  return nullptr;
}

template <class Member>
std::int64_t greatest(std::span<const checkpoint> records, Member member) {
  std::int64_t result = 0;
  for (const auto& each : records)
    result = std::max<std::int64_t>(result, each.*member);
  return result;
}

claim_result refused(status why, const checkpoint& record, std::string detail) {
  claim_result result;
  result.state = why;
  result.record = record;
  result.detail = std::move(detail);
  return result;
}

/// A date that lies ahead by more than the timeout was written by a clock that has been set back
/// since, and says as little as one that is too old.
bool is_fresh(timestamp renewed, timestamp now, std::chrono::milliseconds timeout) {
  const auto age = now - renewed;
  return age <= timeout && age >= -timeout;
}

bool holds(const checkpoint& record, const claim_request& request, timestamp now) {
  return record.owner && *record.owner != request.owner && record.renewed_at &&
         is_fresh(*record.renewed_at, now, request.owner_timeout) &&
         !is_provably_dead(*record.owner);
}

/// The owner before, if its process ended, or seems to have, without a release.
bool ended_without_release(const checkpoint& record, const claim_request& request, timestamp now) {
  return record.owner && *record.owner != request.owner && !holds(record, request, now);
}

std::optional<attempt_marker> judged(attempt_marker marker, const checkpoint& before,
                                     const claim_request& request, timestamp now) {
  if (marker.generation != before.generation ||
      request.projection_version > before.projection_version)
    return std::nullopt; // it is history, or another program than the one that ended tries it
  const bool ended = marker.owner && ended_without_release(before, request, now) &&
                     !is_provably_alive(*marker.owner);
  process_end end;
  end.innocent = true;
  // Without a record (another host, a lost folder) the end says nothing: that the owner was heard
  // of for long after the attempt began does not mean that the attempt lasted as long.
  if (ended)
    end = find_process_end(*marker.owner, before.key, marker.position).value_or(process_end{});
  return after_end(std::move(marker), end);
}

checkpoint granted_record(const claim_request& request, std::span<const checkpoint> siblings,
                          timestamp now) {
  checkpoint record;
  if (const auto* own = find(siblings, request.key)) {
    record = *own;
    ++record.epoch;
    if (record.log_id.empty() && record.position == 0)
      record.log_id = request.log_id; // whoever made the row did not know the log
    if (ended_without_release(*own, request, now))
      record.careful_until =
          std::max(own->careful_until,
                   own->events_processed + std::max<std::int64_t>(own->max_batch, 1));
  } else {
    record.key = request.key;
    record.epoch = greatest(siblings, &checkpoint::epoch) + 1;
    record.generation = greatest(siblings, &checkpoint::generation);
    record.log_id = request.log_id;
    record.shards = request.shards;
    record.key_rule = request.key_rule;
  }
  record.projection_version = request.projection_version;
  record.owner = request.owner;
  record.renewed_at = now;
  record.max_batch = request.max_batch;
  return record;
}

} // namespace

std::optional<claim_result> refusal(const claim_request& request,
                                    std::span<const checkpoint> siblings, timestamp now) {
  const auto name = to_string(request.key);
  for (const auto& each : siblings) {
    if (each.projection_version > request.projection_version)
      return refused(status::newer_version, each,
                     name + ": version " + std::to_string(each.projection_version) +
                         " of the projection has owned it, this program has version " +
                         std::to_string(request.projection_version) +
                         "; run the newer program, or reset the projection");
    if (each.shards != request.shards || each.key_rule != request.key_rule)
      return refused(status::mismatch, each,
                     name + ": it was built with " + std::to_string(each.shards) +
                         " shard(s) by the key rule \"" + each.key_rule +
                         "\", this program asks for " + std::to_string(request.shards) + " by \"" +
                         request.key_rule + "\"; rebuild the projection, or set it as it was");
  }
  const auto* own = find(siblings, request.key);
  if (own == nullptr || request.take_over || !holds(*own, request, now))
    return std::nullopt;
  return refused(status::held, *own,
                 name + ": owned by " + describe_instance(*own->owner) + ", last heard of at " +
                     to_string(*own->renewed_at) + "; standing by until it lets go");
}

claim_result grant(const claim_request& request, std::span<const checkpoint> siblings,
                   const std::optional<attempt_marker>& found, timestamp now) {
  claim_result result;
  if (const auto* own = find(siblings, request.key)) {
    result.previous_version = own->projection_version;
    if (ended_without_release(*own, request, now))
      result.ended_owner = describe_instance(*own->owner);
    if (found)
      result.suspect = judged(*found, *own, request, now);
  }
  result.record = granted_record(request, siblings, now);
  return result;
}

void apply_advance(checkpoint& record, const checkpoint_advance& advance, timestamp now) {
  if (advance.to == advance.from && record.events_processed < record.careful_until)
    record.careful_until += advance.handled;
  record.position = advance.to;
  record.event_id_at_position = advance.event_id_at_position;
  if (advance.last_event_id) {
    record.last_event_id = advance.last_event_id;
    record.last_event_type = advance.last_event_type;
    record.last_event_at = advance.last_event_at;
    record.last_processed_at = now;
  }
  record.events_processed += advance.handled;
  record.renewed_at = now;
  record.failure.reset();
}

checkpoint reset_record(const claim_request& as, int shard, std::span<const checkpoint> before) {
  checkpoint record;
  record.key = {as.key.projection, shard};
  record.epoch = greatest(before, &checkpoint::epoch) + 1;
  record.generation = greatest(before, &checkpoint::generation) + 1;
  record.log_id = as.log_id.empty() && !before.empty() ? before.front().log_id : as.log_id;
  record.projection_version = as.projection_version;
  record.shards = as.shards;
  record.key_rule = as.key_rule;
  return record;
}

} // namespace waymark
