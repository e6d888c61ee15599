#include "supervisors/engine_implementation.hpp"

#include "actors/handler_scope.hpp"
#include "supervisors/engine_status.hpp"
#include "supervisors/explain.hpp"

#include <waymark/messages/clock.hpp>
#include <waymark/messages/error.hpp>

#include <algorithm>

namespace waymark {

namespace {


std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text.empty() ? "none" : text;
}

} // namespace

engine::implementation::implementation(store where, engine_options options)
    : context{std::make_shared<engine_context>(std::move(where), std::move(options))},
      actors{context} {}

std::vector<board_entry> engine::implementation::shards_of(std::string_view name) const {
  auto shards = context->shown->find(name);
  if (shards.empty())
    throw usage_error{"there is no projection \"" + std::string{name} +
                      "\"; started: " + list_of(context->shown->names())};
  return shards;
}

lag engine::implementation::lag(const std::vector<board_entry>& shards) const {
  return lag_of(shards, *context->where.events);
}

projection_status engine::implementation::status(const std::vector<board_entry>& shards) const {
  auto joined = join_status(shards, context->shown->head());
  joined.evidence = evidence_of(most_urgent(shards), *context->shown, context->owner);
  if (joined.state == projection_state::stalled && context->decoding->hangs())
    joined.evidence.unrecoverable = true;
  return joined;
}

projection_status
engine::implementation::examine(const std::vector<board_entry>& shards) const {
  const auto known = with_foreign_counts(shards);
  auto found = status(known);
  ask_stores(found, most_urgent(known), *context->where.events);
  return found;
}

std::string engine::implementation::explain(const std::vector<board_entry>& shards) const {
  return explain_status(examine(shards), lag(shards), clock::system().now());
}

std::shared_ptr<projection_store>
engine::implementation::records_for(const projection_spec& spec) const {
  if (spec.into)
    return spec.into;
  return spec.where == effect::memory ? memory_records : context->where.projections;
}

std::vector<std::shared_ptr<projection_store>>
engine::implementation::stores_of(const std::optional<std::string>& projection) const {
  std::vector<std::shared_ptr<projection_store>> stores;
  for (const auto& entry : context->shown->all())
    if ((!projection || *projection == entry.status.key.projection) &&
        std::find(stores.begin(), stores.end(), entry.store) == stores.end())
      stores.push_back(entry.store);
  if (stores.empty())
    stores.push_back(context->where.projections);
  return stores;
}

std::vector<shard_key> engine::implementation::command_all(std::string_view name,
                                                           projection_command::kind what,
                                                           const mandate& as) {
  std::vector<shard_key> deaf;
  for (const auto& shard : shards_of(name))
    if (!actors.command(shard.status.key, {what, as, {}, 0, {}}))
      deaf.push_back(shard.status.key);
  return deaf;
}

void engine::implementation::require_taken(std::string_view name,
                                           const std::vector<shard_key>& deaf) const {
  if (deaf.empty())
    return;
  actors.require_running();
  throw timeout_error{explain(shards_of(name)) + "; the actor of " + to_string(deaf.front()) +
                      " is down, or has not taken this in time: ask again"};
}

void refuse_inside_handler(const char* what) {
  if (inside_handler())
    throw call_inside_handler{
        std::string{what} +
        " was called inside a handler, which it would wait for: call it elsewhere, or "
        "make the projection one of outside effects"};
}

} // namespace waymark
