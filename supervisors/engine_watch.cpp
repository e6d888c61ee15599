#include "supervisors/engine_implementation.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>

namespace waymark {

std::vector<projection_status> engine::status() const {
  std::vector<projection_status> result;
  for (const auto& name : names())
    if (const auto shards = impl_->context->shown->find(name); !shards.empty())
      result.push_back(impl_->status(shards));
  return result;
}

projection_status engine::status(std::string_view name) const {
  return impl_->status(impl_->shards_of(name));
}

lag engine::lag(std::string_view name) const {
  return impl_->lag(impl_->shards_of(name));
}

health engine::health(std::string_view name) const {
  const auto shards = impl_->shards_of(name);
  return health_of(impl_->status(shards), impl_->lag(shards), impl_->context->options.health);
}

std::optional<checkpoint> engine::checkpoint(std::string_view name, int shard) const {
  const auto shards = impl_->shards_of(name);
  if (shard < 0 || shard >= static_cast<int>(shards.size()))
    throw usage_error{"projection \"" + std::string{name} + "\" has " +
                      std::to_string(shards.size()) + " shards, not a shard " +
                      std::to_string(shard)};
  return shards.front().store->load({std::string{name}, shard});
}

std::vector<dead_letter> engine::dead_letters(const letter_query& query) const {
  const auto stores = impl_->stores_of(query.projection);
  if (query.after_id > 0 && stores.size() > 1)
    throw usage_error{"letters behind id " + std::to_string(query.after_id) +
                      " were asked for, but projections keep theirs in " +
                      std::to_string(stores.size()) +
                      " stores, and each counts its own ids: name a projection in the query"};
  std::vector<dead_letter> result;
  for (const auto& store : stores) {
    auto some = store->letters(query);
    std::move(some.begin(), some.end(), std::back_inserter(result));
  }
  if (result.size() > query.limit)
    result.resize(query.limit);
  return result;
}

child_snapshot engine::tree() const {
  return impl_->actors.tree();
}

projection_status engine::examine(std::string_view name) const {
  return impl_->examine(impl_->shards_of(name));
}

std::string engine::explain(std::string_view name) const {
  return impl_->explain(impl_->shards_of(name));
}

void engine::read_tables(std::string_view name,
                         const std::function<void(read_model&)>& queries) const {
  const auto shards = impl_->shards_of(name);
  const auto& first = shards.front();
  if (first.spec->where != effect::database)
    throw usage_error{"projection \"" + std::string{name} +
                      "\" has no tables: read an in-memory state with read<State>(name, function)"};
  first.store->read(queries);
}

void engine::read_state(std::string_view name, const void* type,
                        const std::function<void(const void*)>& look) const {
  refuse_inside_handler("engine.read of a state in memory");
  const auto shards = impl_->shards_of(name);
  const auto& first = shards.front();
  if (first.spec->where != effect::memory || first.spec->state_type != type)
    throw usage_error{"projection \"" + std::string{name} +
                      "\" keeps no state of that type in memory: ask for the State that it was "
                      "built with"};
  const std::lock_guard lock{first.state->guard};
  look(first.state->object.get());
}

} // namespace waymark
