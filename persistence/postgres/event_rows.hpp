#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/messages/event.hpp>

namespace waymark::postgres {

/// The columns of an event in the order in which `event_from` takes them.
#define WAYMARK_POSTGRES_EVENT_COLUMNS                                                             \
  "position, event_id, event_type, schema_version, aggregate_type, aggregate_id, "                 \
  "aggregate_version, occurred_at, recorded_at, tenant_id, actor_id, correlation_id, "             \
  "causation_id, metadata, data"

/// The event in a row; its columns start at `first`.
[[nodiscard]] event event_from(const rows& from, int row, int first = 0);

} // namespace waymark::postgres
