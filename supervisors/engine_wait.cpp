#include "supervisors/engine_implementation.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>

namespace waymark {

namespace {

bool stands(projection_state state) {
  return state == projection_state::stopped || state == projection_state::failed ||
         state == projection_state::diverged || state == projection_state::ended;
}

} // namespace

bool engine::implementation::set_aside(const std::vector<board_entry>& shards, position_t first,
                                       position_t last) const {
  const bool any = std::any_of(shards.begin(), shards.end(), [](const board_entry& shard) {
    return shard.status.set_aside.letters > 0 || shard.status.set_aside.parked_events > 0;
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
  const auto& spec = *shards.front().spec;
  std::string key; // stays empty if there is none, as in the letter
  try {
    key = spec.key_of(e);
  } catch (const decode_error&) {
  }
  const auto& shard = shards[key.empty() ? 0 : static_cast<std::size_t>(spec.shard_of(key))];
  const auto parked = shard.store->parked_positions(shard.status.key, key);
  if (std::binary_search(parked.begin(), parked.end(), e.position))
    return true;
  letter_query letters{spec.name, key, 0, 1'000};
  for (bool more = true; more;) {
    const auto some = shard.store->letters(letters);
    for (const auto& letter : some) {
      if (letter.position == e.position && letter.generation == shard.record.generation)
        return true;
      letters.after_id = letter.id;
    }
    more = some.size() == letters.limit;
  }
  return false;
}

namespace {

/// Blocks until all shards have passed `target`, or one stands before it.
wait_result wait_for_shards(const board& shown, std::string_view name, position_t target,
                            std::chrono::milliseconds timeout, std::vector<board_entry>& found) {
  auto result = wait_result::reached;
  const auto done = [&](const std::vector<board_entry>& shards) {
    found = shards;
    if (shards.empty()) { // it was stopped meanwhile
      result = wait_result::stopped;
      return true;
    }
    bool all = true;
    for (const auto& shard : shards) {
      if (shard.status.passed >= target)
        continue;
      all = false;
      if (stands(shard.status.state)) {
        result = wait_result::stopped;
        return true;
      }
    }
    return all;
  };
  if (!shown.wait(name, done, std::chrono::steady_clock::now() + timeout))
    throw timeout_error{""};
  return result;
}

} // namespace

wait_result engine::wait_until(std::string_view name, position_t position,
                               std::chrono::milliseconds timeout) const {
  appended token;
  token.first_position = token.last_position = position;
  return wait_until(name, token, timeout);
}

wait_result engine::wait_until(std::string_view name, const appended& token,
                               std::chrono::milliseconds timeout) const {
  refuse_inside_handler("wait_until");
  auto shards = impl_->shards_of(name);
  try {
    const auto result =
        wait_for_shards(*impl_->context->shown, name, token.last_position, timeout, shards);
    if (result == wait_result::reached && token.first_position > 0 &&
        impl_->set_aside(shards, token.first_position, token.last_position))
      return wait_result::parked;
    return result;
  } catch (const timeout_error&) {
    throw timeout_error{"position " + std::to_string(token.last_position) + " was not reached in " +
                        std::to_string(timeout.count()) + " ms: " + explain(name)};
  }
}

wait_result engine::wait_until_caught_up(std::string_view name,
                                         std::chrono::milliseconds timeout) const {
  appended token;
  token.last_position = impl_->context->where.events->head();
  return wait_until(name, token, timeout);
}

wait_result projection_handle::wait_until(const appended& token,
                                          std::chrono::milliseconds timeout) const {
  return engine_->wait_until(name_, token, timeout);
}

wait_result projection_handle::wait_until(position_t position,
                                          std::chrono::milliseconds timeout) const {
  return engine_->wait_until(name_, position, timeout);
}

wait_result projection_handle::wait_until_caught_up(std::chrono::milliseconds timeout) const {
  return engine_->wait_until_caught_up(name_, timeout);
}

projection_status projection_handle::status() const {
  return engine_->status(name_);
}

lag projection_handle::lag() const {
  return engine_->lag(name_);
}

} // namespace waymark
