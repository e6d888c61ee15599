#include "actors/batch_run.hpp"

#include "actors/handler_scope.hpp"

#include <waymark/messages/letter_settlement.hpp>

#include <algorithm>

namespace waymark {

namespace {

batch_fault event_fault(const event& culprit, std::string error) {
  batch_fault fault;
  fault.error = std::move(error);
  fault.culprit = &culprit;
  return fault;
}

/// A handler may have swallowed what a statement threw, or thrown something of its own instead.
/// That does not make it the event's fault.
void blame_statement(batch_fault& fault, const std::exception_ptr& first_failure) {
  if (!first_failure)
    return;
  try {
    std::rethrow_exception(first_failure);
  } catch (const std::exception& problem) {
    fault.who = fault_of(problem);
    if (fault.error.find(problem.what()) == std::string::npos)
      fault.error += ": " + std::string{problem.what()};
  }
}

} // namespace

bool take_room(const apply_request& request, std::shared_ptr<parking_lot::room>& room) {
  if (!request.lot)
    return true;
  if (!room) {
    request.lot->look(*request.store, request.spec->name);
    room = std::make_shared<parking_lot::room>(request.lot);
  }
  return room->take();
}

std::string no_room(const parking_lot& lot) {
  return std::to_string(lot.limit()) + " events are parked, as many as .park_limits allows";
}

batch_run::batch_run(const apply_request& request, const page& events)
    : request_{request}, spec_{*request.spec},
      needs_keys_{spec_.shards > 1 || spec_.sequence_by.key ||
                  (request.parked && !request.parked->empty())} {
  select(events);
  if (request_.meter)
    request_.meter->enter_store();
}

void batch_run::select(const page& events) {
  const auto limit = request_.max_events ? request_.max_events : spec_.batch.max_events;
  const auto first = std::partition_point(
      events.events.begin(), events.events.end(),
      [this](const event& e) { return e.position <= request_.passed; });
  items_.reserve(std::min(limit, static_cast<std::size_t>(events.events.end() - first)));
  for (auto it = first; it != events.events.end(); ++it) {
    if (request_.until > 0 && it->position > request_.until) {
      end_ = request_.until;
      return;
    }
    if (!add(*it))
      continue;
    if (items_.back().parked && !can_park(items_.back())) {
      items_.pop_back();
      end_ = it->position - 1;
      return;
    }
    if (items_.size() == limit || !key_problem_.empty()) {
      end_ = it->position;
      return;
    }
  }
  end_ = std::max(events.scanned_to, request_.passed);
}

bool batch_run::add(const event& e) {
  if (!spec_.filter.wants(e))
    return false;
  item it;
  it.subject = &e;
  if (spec_.on_batch.call) {
    it.codec = spec_.codec_for(e.event_type);
    const auto& types = spec_.batch_types;
    if (const auto at = std::find(types.begin(), types.end(), e.event_type); at != types.end())
      it.type = &*at;
  } else if (const auto found = spec_.handlers.find(e.event_type); found != spec_.handlers.end()) {
    it.handler = &found->second;
    it.codec = it.handler->codec;
    it.type = &found->first;
  }
  if (!it.codec && spec_.on_unhandled != unhandled::error) {
    const auto known =
        std::find(unhandled_types_.begin(), unhandled_types_.end(), e.event_type);
    if (spec_.on_unhandled == unhandled::warn && known == unhandled_types_.end())
      unhandled_types_.push_back(e.event_type);
    return false;
  }
  if (needs_keys_ && !look_up_key(it))
    return false;
  has_parked_ = has_parked_ || it.parked;
  items_.push_back(std::move(it));
  return true;
}

bool batch_run::look_up_key(item& it) {
  const auto& e = *it.subject;
  if (spec_.sequence_by.key)
    meter_author(e, it.type);
  try {
    const auto hash = spec_.key_hash(e, key_);
    if (spec_.shards > 1 && spec_.shard_of(hash) != request_.owner.key.shard)
      return false;
    const bool likely = request_.parked && request_.parked->may_hold(hash);
    if (!likely && !request_.careful)
      return true;
    if (!spec_.sequence_by.key)
      spec_.key_of(e, key_);
    it.parked = likely && request_.parked->events(key_) > 0;
    if (it.parked || request_.careful)
      it.key = key_;
  } catch (const std::exception& problem) {
    if (request_.owner.key.shard != 0)
      return false; // an event without a key belongs to the first shard
    key_problem_ = problem.what();
  }
  return true;
}

bool batch_run::can_park(const item& it) {
  const auto per_key = spec_.parking.per_key;
  auto& of_key = parking_[it.key];
  if (request_.parked->events(it.key) + of_key >= per_key)
    overflow_ = std::to_string(per_key) + " events of the key \"" + shown_key(it.key) +
                "\" are parked, as many as .park_limits allows a key";
  else if (lot_is_full_ = !take_room(request_, room_); lot_is_full_)
    overflow_ = no_room(*request_.lot);
  if (!overflow_.empty()) {
    overflow_ += ": stands before " + describe(*it.subject) + " until letters are retried or "
                 "discarded";
    return false;
  }
  ++of_key;
  return true;
}

position_t batch_run::position_after(std::size_t count) const {
  return count == items_.size() ? end_ : items_[count - 1].subject->position;
}

run_result batch_run::execute(std::size_t limit, unit_of_work* unit,
                              const handler_target& target) {
  return spec_.on_batch.call ? execute_batch(limit, unit, target)
                             : execute_each(limit, unit, target);
}

void batch_run::park(unit_of_work& unit, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i)
    if (items_[i].parked)
      unit.park(items_[i].key, items_[i].subject->position);
}

std::optional<batch_fault> batch_run::look_at(std::size_t i) const {
  const void* object = nullptr;
  return find_problem(items_[i], object);
}

std::optional<batch_fault> batch_run::find_problem(const item& it, const void*& object) const {
  const auto& e = *it.subject;
  if (!key_problem_.empty() && &it == &items_.back()) {
    auto fault = event_fault(e, key_problem_);
    fault.has_key = false;
    return fault;
  }
  if (!it.codec)
    return event_fault(e, "there is no handler for \"" + e.event_type +
                              "\", and the projection asks for .unhandled(error)");
  const auto& decoded = e.data.decode(*it.codec, e);
  if (decoded.state == decoded_payload::status::ok) {
    object = decoded.object.get();
    return std::nullopt;
  }
  auto fault = event_fault(e, decoded.problem);
  fault.retry_is_useless = true;
  if (decoded.state != decoded_payload::status::undecodable)
    fault.who = fault::projection;
  return fault;
}

/// Calls into the author's code, and sorts what comes out of it.
template <class Call>
std::optional<batch_fault> batch_run::guarded(unit_of_work* unit, const handler_target& target,
                                              Call call) const {
  std::shared_ptr<void> before;
  batch_fault fault;
  try {
    if (target.state && spec_.copy_state)
      before = copy_of_state(spec_, target.state);
    const handler_scope scope{spec_.where != effect::outside};
    call();
    if (!unit || !unit->failed())
      return std::nullopt;
    fault.error = "a statement of this event failed, and the handler went on as if it had not";
  } catch (const std::exception& problem) {
    fault.who = fault_of(problem);
    fault.error = problem.what();
  } catch (...) {
    fault.error = "the handler threw something that is not a std::exception";
  }
  if (unit && fault.who == fault::event)
    blame_statement(fault, unit->failure());
  if (before)
    spec_.restore_state(target.state, before.get());
  return fault;
}

std::optional<batch_fault> batch_run::run_one(const item& it, unit_of_work* unit,
                                              const handler_target& target) const {
  const void* object = nullptr;
  if (auto problem = find_problem(it, object))
    return problem;
  auto fault = guarded(unit, target, [&] { it.handler->call(target, {it.subject, object}); });
  if (fault)
    fault->culprit = it.subject;
  return fault;
}

bool batch_run::is_worth_retry(const event& culprit, const std::string& error) const {
  if (!spec_.retry.retry_if)
    return true;
  const auto found = std::find_if(items_.begin(), items_.end(),
                                  [&](const item& it) { return it.subject == &culprit; });
  meter_author(culprit, found == items_.end() ? nullptr : found->type);
  const bool answer = spec_.retry.retry_if(error);
  if (request_.meter)
    request_.meter->enter_store();
  return answer;
}

void batch_run::meter_author(const event& e, const std::string* type) const {
  if (request_.meter)
    request_.meter->enter_handler(e, type, std::chrono::steady_clock::now());
}

std::chrono::steady_clock::time_point
batch_run::meter_item(const item& it, std::chrono::steady_clock::time_point began) {
  const auto now = std::chrono::steady_clock::now();
  if (!request_.meter || !it.type)
    return now;
  const auto known = std::find_if(spent_.begin(), spent_.end(),
                                  [&](const auto& each) { return each.first == it.type; });
  if (known == spent_.end())
    spent_.emplace_back(it.type, now - began);
  else
    known->second += now - began;
  return now;
}

void batch_run::meter_end() {
  if (!request_.meter)
    return;
  request_.meter->enter_store();
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [type, time] : std::exchange(spent_, {}))
    request_.meter->spent(*type, time, now);
}

run_result batch_run::execute_each(std::size_t limit, unit_of_work* unit,
                                   const handler_target& target) {
  run_result result;
  auto now = std::chrono::steady_clock::now();
  const auto deadline = now + spec_.batch.max_transaction;
  for (std::size_t i = 0; i < limit && (i == 0 || now < deadline); ++i) {
    const auto& it = items_[i];
    if (request_.meter && it.type && !it.parked)
      request_.meter->enter_handler(*it.subject, it.type, now);
    if (it.parked) {
      if (unit)
        unit->park(it.key, it.subject->position);
      result.parked.push_back(it.key);
    } else if (auto fault = run_one(it, unit, target)) {
      fault->good_prefix = i;
      result.fault = std::move(fault);
      meter_item(it, now);
      break;
    } else {
      ++result.handled;
      result.last_handled = it.subject;
    }
    ++result.count;
    now = meter_item(it, now);
  }
  meter_end();
  return result;
}

run_result batch_run::execute_batch(std::size_t limit, unit_of_work* unit,
                                    const handler_target& target) {
  run_result result;
  std::vector<handled_event> batch;
  batch.reserve(limit);
  for (std::size_t i = 0; i < limit; ++i) {
    const auto& it = items_[i];
    const void* object = nullptr;
    if (it.parked)
      continue;
    meter_author(*it.subject, it.type); // which may have to be decoded
    if (auto fault = find_problem(it, object)) {
      meter_end();
      fault->good_prefix = i;
      result.fault = std::move(fault);
      return result;
    }
    batch.push_back({it.subject, object});
  }
  if (!batch.empty()) {
    const auto began = std::chrono::steady_clock::now();
    const auto first = std::find_if(items_.begin(), items_.end(),
                                    [](const item& it) { return !it.parked && it.type; });
    if (request_.meter && first != items_.end())
      request_.meter->enter_handler(*batch.front().envelope, first->type, began);
    auto fault = guarded(unit, target, [&] { spec_.on_batch.call(target, batch); });
    if (first != items_.end())
      meter_item(*first, began);
    meter_end();
    if (fault) {
      fault->good_prefix = limit / 2;
      if (limit == 1)
        fault->culprit = batch.front().envelope;
      result.fault = std::move(fault);
      return result;
    }
    result.last_handled = batch.back().envelope;
  }
  // Only now: a half of this batch may be committed instead of it, with the same unit.
  if (unit)
    park(*unit, limit);
  for (std::size_t i = 0; i < limit; ++i)
    if (items_[i].parked)
      result.parked.push_back(items_[i].key);
  result.handled = static_cast<std::int64_t>(batch.size());
  result.count = limit;
  return result;
}

} // namespace waymark
