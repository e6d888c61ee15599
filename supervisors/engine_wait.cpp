#include "messages/deadline.hpp"
#include "supervisors/engine_implementation.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace waymark {

namespace {

/// The shard that an event belongs to, and its sequence key.
std::pair<std::size_t, std::string> place_of(const projection_spec& spec, const event& e) {
  try {
    auto key = spec.key_of(e);
    const auto shard = static_cast<std::size_t>(spec.shard_of(key));
    return {shard, std::move(key)};
  } catch (const decode_error&) {
    return {0, {}}; // an event without a key belongs to the first shard, and its letter has none
  }
}

} // namespace

bool engine::implementation::set_aside(const std::vector<board_entry>& shards, position_t first,
                                       position_t last) const {
  const bool any = std::any_of(shards.begin(), shards.end(), [this](const board_entry& shard) {
    const auto& aside = shard.status.set_aside;
    const bool foreign = shard.record.owner != context->owner; // who counts them is elsewhere
    return foreign || aside.letters > 0 || aside.parked_events > 0;
  });
  if (!any)
    return false;
  const auto wanted = shards.front().spec->wanted();
  for (auto after = first - 1; after < last;) {
    read_limit limit;
    limit.max_scanned = static_cast<std::size_t>(last - after);
    const auto found = context->where.events->read_all(after, limit, wanted);
    for (const auto& e : found.events)
      if (e.position <= last && is_set_aside(shards, e))
        return true;
    if (found.scanned_to <= after)
      return false;
    after = found.scanned_to;
  }
  return false;
}

bool engine::implementation::is_set_aside(const std::vector<board_entry>& shards,
                                          const event& e) const {
  // First, since the author's rule may end the process with an event that was given up for that.
  for (const auto& each : shards)
    if (each.store->letter_at(each.status.key, e.position))
      return true;
  const auto [index, key] = place_of(*shards.front().spec, e);
  const auto& shard = shards[index];
  const auto parked = shard.store->parked_positions(shard.status.key, key);
  return std::binary_search(parked.begin(), parked.end(), e.position);
}

namespace {

constexpr position_t most_looked_at = 1'000;

/// The shards that the events of `token` belong to; empty for all of them.
std::set<std::size_t> shards_of_token(const projection_spec& spec, event_store& log,
                                      const appended& token) {
  const auto count = token.last_position - token.first_position + 1;
  if (spec.shards == 1 || token.first_position < 1 || count > most_looked_at)
    return {};
  try {
    read_limit limit;
    limit.max_scanned = static_cast<std::size_t>(count);
    const auto found = log.read_all(token.first_position - 1, limit, spec.wanted());
    if (found.scanned_to < token.last_position)
      return {}; // not there yet, or too much to look at
    std::set<std::size_t> result;
    for (const auto& e : found.events)
      if (e.position <= token.last_position)
        result.insert(place_of(spec, e).first);
    return result;
  } catch (const store_error&) {
    return {}; // the log may come back while all are waited for
  }
}

/// Blocks until the shards waited for have passed, or one of them stands before that; empty if
/// neither has come by the deadline.
std::optional<wait_result> wait_for_shards(const board& shown, std::string_view name,
                                           const awaited& what,
                                           std::chrono::steady_clock::time_point deadline,
                                           std::vector<board_entry>& found) {
  auto result = wait_result::reached;
  const auto done = [&](const std::vector<board_entry>& shards) {
    found = shards;
    if (shards.empty()) { // it was stopped meanwhile
      result = wait_result::stopped;
      return true;
    }
    bool all = true;
    for (std::size_t i = 0; i < shards.size(); ++i) {
      const auto& status = shards[i].status;
      if (status.passed >= what.last || (!what.shards.empty() && what.shards.count(i) == 0))
        continue;
      all = false;
      if (has_come_to_a_stand(status.state)) {
        result = wait_result::stopped;
        return true;
      }
    }
    return all;
  };
  if (!shown.wait(name, done, deadline))
    return std::nullopt;
  return result;
}

} // namespace

std::optional<wait_result>
engine::implementation::try_wait(std::string_view name, const awaited& what,
                                 std::chrono::steady_clock::time_point deadline) const {
  auto shards = shards_of(name);
  const auto result = wait_for_shards(*context->shown, name, what, deadline, shards);
  if (result == wait_result::reached && what.first > 0 && set_aside(shards, what.first, what.last))
    return wait_result::parked;
  return result;
}

wait_result engine::implementation::wait_for(std::string_view name, const awaited& what,
                                             std::chrono::milliseconds timeout) const {
  if (const auto result = try_wait(name, what, deadline_in(timeout)))
    return *result;
  throw timeout_error{"position " + std::to_string(what.last) + " was not reached in " +
                      std::to_string(timeout.count()) + " ms: " + explain(shards_of(name))};
}

wait_result engine::wait_until(std::string_view name, position_t position,
                               std::chrono::milliseconds timeout) const {
  refuse_inside_handler("wait_until");
  return impl_->wait_for(name, {position, position, {}}, timeout);
}

wait_result engine::wait_until(std::string_view name, const appended& token,
                               std::chrono::milliseconds timeout) const {
  refuse_inside_handler("wait_until");
  const auto shards = impl_->shards_of(name);
  return impl_->wait_for(name,
                         {token.first_position, token.last_position,
                          shards_of_token(*shards.front().spec, *impl_->context->where.events,
                                          token)},
                         timeout);
}

wait_result engine::wait_until_caught_up(std::string_view name,
                                         std::chrono::milliseconds timeout) const {
  refuse_inside_handler("wait_until");
  return impl_->wait_for(name, {0, impl_->context->where.events->head(), {}}, timeout);
}

} // namespace waymark
