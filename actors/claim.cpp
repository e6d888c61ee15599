#include "actors/claim.hpp"

#include "actors/caution.hpp"
#include "actors/claimed_queues.hpp"
#include "actors/degraded_words.hpp"

#include <waymark/messages/error.hpp>

#include <utility>

namespace waymark {

namespace {

/// An at-least-once position is saved so many handled events late at most, roughly: one save may be
/// under way while the next is gathered.
constexpr std::int64_t max_unsaved = 2'000;

/// Keeps what the claim says about the end of the owner before.
void take_care(claim_report& report, claim_result& result, effect where) {
  if (where == effect::memory)
    return; // it begins anew in each process, without markers
  report.ended_owner = std::move(result.ended_owner);
  if (result.suspect && result.suspect->counts.ends > 0 &&
      result.suspect->position > report.record.position)
    report.suspect = std::move(result.suspect);
  if (report.suspect || report.record.events_processed < report.record.careful_until)
    report.caution = enter_caution();
}

claim_report refusal(claim_report::status state, std::string detail) {
  claim_report report;
  report.state = state;
  report.detail = std::move(detail);
  return report;
}

claim_report refusal_of(const claim_result& result) {
  const auto state = result.state == claim_result::status::held ? claim_report::status::held
                                                                : claim_report::status::refused;
  auto report = refusal(state, result.detail);
  report.record = result.record;
  return report;
}

claim_result claim_one(projection_store& store, const claim_request& request) {
  return store.claim({&request, 1}).at(0);
}

/// The record of the highest version among a projection's shards, and whether one is lower than
/// `wanted`; a shard that was never claimed has no record.
std::pair<std::optional<checkpoint>, bool> find_versions(projection_store& store,
                                                         const std::string& projection,
                                                         int wanted) {
  std::optional<checkpoint> highest;
  bool any_lower = false;
  for (auto& each : store.load_all()) {
    if (each.key.projection != projection)
      continue;
    any_lower = any_lower || each.projection_version < wanted;
    if (!highest || each.projection_version > highest->projection_version)
      highest = std::move(each);
  }
  return {std::move(highest), any_lower};
}

/// Does what a claim was taken for; `claimed` goes back if that can't be done.
template <class Work>
void with_claim(const claim_order& order, const std::optional<ownership>& claimed, Work work) {
  try {
    work();
  } catch (...) {
    if (claimed)
      try {
        order.store->release({&*claimed, 1});
      } catch (const std::exception&) { // this owner may claim again all the same
      }
    throw;
  }
}

/// Makes the tables for who has claimed. If the process dies between the claim and this, they may
/// be missing, and nobody misses them: the next claim makes them before anything is handled. Never
/// before a claim: who stands by would wait for what the owner has locked in them, again and again,
/// and hold up all who claim meanwhile.
void make_tables(const claim_order& order) {
  if (!order.spec->tables.empty())
    order.store->prepare_tables(order.spec->tables);
}

/// A rebuild for a new version is due: claims as the old version, so that an owner who still works
/// is respected, then resets, which also writes the new version to all shards. If some shards have
/// the new version already, its owners have begun, and the old ones must go.
std::optional<claim_report> rebuild_if_due(const claim_order& order, const claim_request& request) {
  if (order.spec->on_new_version != new_version::rebuild)
    return std::nullopt;
  const auto [highest, any_lower] =
      find_versions(*order.store, order.spec->name, order.spec->version);
  if (!any_lower || highest->projection_version > order.spec->version)
    return std::nullopt;
  std::optional<ownership> claimed;
  if (highest->projection_version < order.spec->version) {
    auto as_old = request;
    as_old.key = highest->key;
    as_old.projection_version = highest->projection_version;
    as_old.shards = highest->shards;
    as_old.key_rule = highest->key_rule;
    const auto held = claim_one(*order.store, as_old);
    if (held.state == claim_result::status::held)
      return refusal_of(held);
    if (held.state != claim_result::status::granted)
      return std::nullopt; // another shard has reset it meanwhile; the claim will tell
    claimed = ownership{as_old.key, held.record.epoch};
  }
  with_claim(order, claimed, [&] { begin_anew(order); });
  return std::nullopt;
}

/// In words, that the log is a copy that has not come to the checkpoint yet; empty if it is not.
std::string find_lag_of_replica(event_store* known, const checkpoint& record) {
  if (!known || record.position == 0 || record.log_id != known->log_id())
    return {};
  const auto head = known->head();
  if (record.position <= head || !known->is_replica())
    return {};
  return degraded_words::waiting_for_replica + std::to_string(record.position) + ", and " +
         known->address() + ", which follows another server, has come to " + std::to_string(head);
}

/// In words, why the checkpoint can't belong to this log; empty if it can, or if one is not known.
std::string find_divergence(event_store* known, const checkpoint& record) {
  if (!known || record.log_id.empty())
    return {};
  auto& log = *known;
  const auto id = log.log_id();
  if (record.log_id != id)
    return "its checkpoint belongs to the log " + record.log_id + ", but " + log.address() +
           " is the log " + id + ": reset the projection, or put the right log back";
  if (record.position == 0)
    return {};
  const auto head = log.head();
  if (record.position > head)
    return "its checkpoint is at position " + std::to_string(record.position) + ", but " +
           log.address() + " ends at " + std::to_string(head) +
           ": the log was restored from an older copy; reset the projection, or restore it too";
  const auto mark = log.mark_at(record.position);
  if (mark && mark->event_id == record.event_id_at_position)
    return {};
  return "at its checkpoint's position " + std::to_string(record.position) + " it has seen event " +
         record.event_id_at_position.to_string() + ", but " + log.address() + " has " +
         (mark ? mark->event_id.to_string() : "none") +
         " there: the log was replaced; reset the projection, or put the right log back";
}

/// The answer of a claim together with others, if there is one that still holds: since it was given
/// the projection may have been reset, or taken over.
std::optional<claim_result> claimed_together(const claim_order& order) {
  if (!order.together)
    return std::nullopt;
  const shard_key key{order.spec->name, order.shard};
  auto answer = order.together->take(*order.store, key);
  if (!answer || order.take_over)
    return std::nullopt;
  if (answer->state == claim_result::status::granted) {
    const auto stored = order.store->load(key);
    if (!stored || stored->epoch != answer->record.epoch || stored->owner != order.owner)
      return std::nullopt;
  }
  return answer;
}

claim_report claim_or_throw(const claim_order& order) {
  auto& store = *order.store;
  const auto request = request_of(order);
  auto together = claimed_together(order);
  if (!together)
    if (auto refused = rebuild_if_due(order, request))
      return *refused;
  const bool has_tables = together.has_value(); // see engine::start
  auto result = together ? *std::move(together) : claim_one(store, request);
  if (result.state != claim_result::status::granted)
    return refusal_of(result);
  if (!has_tables)
    with_claim(order, ownership{request.key, result.record.epoch}, [&] { make_tables(order); });
  if (order.spec->where == effect::memory) {
    if (result.record.position > 0) {
      store.reset(request, {});
      result = claim_one(store, request);
      if (result.state != claim_result::status::granted)
        return refusal_of(result);
    }
    const std::lock_guard lock{order.state->guard};
    order.state->object = new_state(*order.spec);
  }
  claim_report report;
  report.record = std::move(result.record);
  const ownership owned{report.record.key, report.record.epoch};
  if (auto behind = find_lag_of_replica(order.log.get(), report.record); !behind.empty()) {
    store.release({&owned, 1});
    return refusal(claim_report::status::store_fault, std::move(behind));
  }
  if (auto divergence = find_divergence(order.log.get(), report.record); !divergence.empty()) {
    store.release({&owned, 1});
    report.state = claim_report::status::diverged;
    report.detail = std::move(divergence);
    return report;
  }
  report.parked = std::make_shared<parked_set>();
  take_queues(order, result, report);
  report.set_aside = store.counts(request.key);
  take_care(report, result, order.spec->where);
  return report;
}

} // namespace

claim_request request_of(const claim_order& order) {
  claim_request request;
  request.key = {order.spec->name, order.shard};
  request.shards = order.spec->shards;
  request.key_rule = order.spec->sequence_by.name;
  request.projection_version = order.spec->version;
  if (order.log)
    request.log_id = order.log->log_id();
  request.owner = order.owner;
  request.owner_timeout = order.owner_timeout;
  request.take_over = order.take_over;
  request.max_batch = static_cast<std::int64_t>(order.spec->batch.max_events);
  if (order.spec->where == effect::outside)
    request.max_batch += max_unsaved;
  return request;
}

void begin_anew(const claim_order& order) {
  try {
    make_tables(order);
  } catch (const projection_error&) {
    // Perhaps they fit once others are gone, as an index on a new column; else the reset says so.
  }
  auto statements = order.spec->truncate;
  if (!statements.empty())
    statements.insert(statements.end(), order.spec->tables.begin(), order.spec->tables.end());
  order.store->reset(request_of(order), statements);
}

claim_report claim_shard(const claim_order& order) {
  try {
    return claim_or_throw(order);
  } catch (const std::exception& problem) {
    const bool projections = fault_of(problem) == fault::projection;
    return refusal(projections ? claim_report::status::projection_fault
                               : claim_report::status::store_fault,
                   problem.what());
  }
}

} // namespace waymark
