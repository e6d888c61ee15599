#pragma once

#include "persistence/sqlite/statement.hpp"

#include <waymark/messages/event.hpp>

namespace waymark::sqlite {

/// The columns of an event in the order in which `event_from` takes them.
#define WAYMARK_EVENT_COLUMNS                                                                      \
  "position, event_id, event_type, schema_version, aggregate_type, aggregate_id, "                 \
  "aggregate_version, occurred_at, recorded_at, tenant_id, actor_id, correlation_id, "             \
  "causation_id, metadata, data"

/// The event in the current row; its columns start at `first`.
[[nodiscard]] event event_from(const statement& row, int first = 0);

/// Binds the fifteen values of an event to the parameters from `first` on. `data` is the event's
/// text; neither is copied.
void bind_event(statement& to, int first, const event& e, std::string_view data);

} // namespace waymark::sqlite
