#include <waymark/actors/projection_spec.hpp>

#include <waymark/messages/error.hpp>
#include <waymark/messages/hash.hpp>
#include <waymark/persistence/projection_store.hpp>

#include "messages/deadline.hpp"

#include <algorithm>

namespace waymark {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::optional<std::string> find_handler_mistake(const projection_spec& spec) {
  if (spec.handlers.empty() && !spec.on_batch.call)
    return "has no handler: add .on<Event>(…) or .on_batch<Event>(…)";
  if (!spec.handlers.empty() && spec.on_batch.call)
    return "has both .on and .on_batch, which can't be kept in order: use one of them";
  if (spec.on_batch.call && spec.where == effect::memory && !spec.copy_state)
    return "uses .on_batch on a state in memory, which can't be halved on a fault: add .snapshot() "
           "or use .on";
  if (spec.on_batch.call && spec.on_unhandled == unhandled::error)
    return "uses .on_batch with .unhandled(error): use .on, or another choice for unhandled";
  for (const auto& type : spec.filter.event_types)
    if (spec.on_unhandled == unhandled::ignore && !spec.codec_for(type))
      return "filters for \"" + type + "\" but has no handler for it: add one or drop the filter";
  return std::nullopt;
}

std::optional<std::string> find_option_mistake(const projection_spec& spec) {
  if (spec.version < 1)
    return "has version " + std::to_string(spec.version) + ": versions start at 1";
  if (spec.shards < 1 || spec.shards > 1024)
    return "asks for " + std::to_string(spec.shards) + " shards: 1 to 1024 are possible";
  if (spec.shards > 1 && spec.where == effect::memory)
    return "asks for shards of a state in memory, which one thread at a time may change: drop "
           ".shards";
  if (spec.into && spec.where == effect::memory)
    return "keeps its state in memory, and so its record, but asks for a store: drop .into";
  if (spec.sequence_by.name.empty())
    return "has a sequence key rule without a name: .sequence_by(\"by-customer\", …)";
  if (spec.batch.max_events < 1)
    return "asks for batches of 0 events: .batch({.max_events = 1}) is the least";
  if (spec.handler_timeout && spec.handler_timeout->count() < 0)
    return "asks for a handler timeout below 0: .handler_timeout(0ms) is none";
  if (spec.handler_timeout > longest_option)
    return "asks for a handler timeout of over 366 days: .handler_timeout(0ms) is none";
  if (spec.batch.max_transaction.count() < 1)
    return "asks for transactions of 0 ms: .batch({.max_transaction = 1ms}) is the least";
  if (spec.batch.max_transaction > longest_option)
    return "asks for transactions of over 366 days: .batch({.max_transaction = 20ms})";
  if (spec.batch.max_wait.count() < 0 || spec.batch.max_wait.count() > 1000)
    return "has batches that wait for more events for longer than 1 s, or less than none: "
           ".batch({.max_wait = 5ms})";
  if (spec.on_new_version == new_version::rebuild && !spec.can_be_reset())
    return "rebuilds on a new version but does not say how to empty its tables: add .truncate(…)";
  if (spec.parking.per_key < 1 || spec.parking.per_projection < 1)
    return "may park nothing: .park_limits({.per_key = 1}) is the least, or take another "
           ".on_give_up";
  if (auto mistake = find_mistake(spec.retry_letters))
    return "has a bad policy for its letters: " + *mistake;
  if (auto mistake = find_mistake(spec.retry))
    return "has a bad retry policy: " + *mistake;
  return std::nullopt;
}

} // namespace

const event_codec* projection_spec::codec_for(const std::string& event_type) const noexcept {
  if (on_batch.call)
    return contains(batch_types, event_type) ? on_batch.codec : nullptr;
  const auto found = handlers.find(event_type);
  return found == handlers.end() ? nullptr : found->second.codec;
}

event_filter projection_spec::wanted() const {
  auto result = filter;
  if (on_unhandled != unhandled::ignore || !result.event_types.empty())
    return result;
  result.event_types = batch_types;
  for (const auto& [type, handler] : handlers)
    result.event_types.push_back(type);
  std::sort(result.event_types.begin(), result.event_types.end());
  return result;
}

bool projection_spec::can_be_reset() const noexcept {
  return where != effect::database || !truncate.empty();
}

std::string projection_spec::key_of(const event& e) const {
  std::string key;
  key_of(e, key);
  return key;
}

void projection_spec::key_of(const event& e, std::string& key) const {
  if (!sequence_by.key) {
    key.clear();
    key.reserve(e.aggregate_type.size() + 1 + e.aggregate_id.size());
    key.append(e.aggregate_type).append(1, '\0').append(e.aggregate_id);
    return;
  }
  try {
    key = sequence_by.key(e);
  } catch (const std::exception& problem) {
    throw decode_error{"the key rule \"" + sequence_by.name + "\" failed on " + describe(e) + ": " +
                       problem.what()};
  } catch (...) {
    throw decode_error{"the key rule \"" + sequence_by.name + "\" failed on " + describe(e) +
                       ": it threw something that is not a std::exception"};
  }
  if (key.size() > max_sequence_key_bytes)
    throw decode_error{"the key rule \"" + sequence_by.name + "\" gave a key of " +
                       std::to_string(key.size()) + " bytes for " + describe(e) + "; at most " +
                       std::to_string(max_sequence_key_bytes) + " are allowed, so hash it"};
}

std::uint64_t projection_spec::key_hash(const event& e, std::string& key) const {
  if (!sequence_by.key)
    return fnv1a(e.aggregate_id, fnv1a(std::string_view{"", 1}, fnv1a(e.aggregate_type)));
  key_of(e, key);
  return fnv1a(key);
}

int projection_spec::shard_of(std::string_view key) const noexcept {
  return shard_of(fnv1a(key));
}

int projection_spec::shard_of(std::uint64_t key_hash) const noexcept {
  return static_cast<int>(key_hash % static_cast<std::uint64_t>(shards));
}

void require_spec(const spec_ptr& spec) {
  if (!spec)
    throw usage_error{"a null pointer is given as a projection; one is made by "
                      "std::move(builder).freeze()"};
}

std::optional<std::string> find_mistake(const projection_spec& spec) {
  if (spec.name.empty())
    return "a projection has no name: projection{\"order-revenue\"}";
  if (spec.name.size() > 200 || spec.name.find('\0') != std::string::npos)
    return "a projection's name is longer than 200 bytes or holds a NUL byte";
  if (spec.name.find('/') != std::string::npos)
    return "projection \"" + spec.name + "\" has a '/' in its name, which tells shards apart: use "
           "another character";
  auto mistake = find_handler_mistake(spec);
  if (!mistake)
    mistake = find_option_mistake(spec);
  if (mistake)
    return "projection \"" + spec.name + "\" " + *mistake;
  return std::nullopt;
}

void require_truncate(const projection_spec& spec) {
  if (!spec.can_be_reset())
    throw usage_error{"projection \"" + spec.name +
                      "\" does not say how to empty its tables, and would handle all events a "
                      "second time on top of what they hold: add .truncate(…)"};
}

} // namespace waymark
