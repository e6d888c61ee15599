#include "supervisors/leftover_claims.hpp"

#include <string>

namespace waymark {

void release_unused(const engine_context& context, projection_store& records,
                    std::optional<std::string_view> projection) {
  const auto granted = context.together->drop(records, projection);
  if (granted.empty())
    return;
  try {
    records.release(granted);
  } catch (const std::exception& problem) {
    context.log->write(log_level::warning, "release", granted.front().key.projection,
                       std::string{problem.what()} + "; others wait until the claim expires");
  }
}

std::set<std::shared_ptr<projection_store>> stores_with_actors_down(const engine_context& context) {
  std::set<std::shared_ptr<projection_store>> stores;
  for (const auto& shard : context.shown->all())
    if (const auto state = shard.status.state; state == projection_state::failed ||
                                               state == projection_state::backing_off ||
                                               state == projection_state::degraded)
      stores.insert(shard.store);
  return stores;
}

void release_left(const engine_context& context, projection_store& records) {
  try {
    const auto owned = records.renew(context.owner);
    if (owned && !owned->empty())
      records.release(*owned);
  } catch (const std::exception& problem) {
    context.log->write(log_level::warning, "release", "engine",
                       std::string{problem.what()} + "; others wait until its claims expire");
  }
}

} // namespace waymark
