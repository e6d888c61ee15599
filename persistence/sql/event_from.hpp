#pragma once

#include "persistence/sql/columns.hpp"
#include "persistence/sql/connection.hpp"

#include <waymark/messages/event.hpp>

namespace waymark::sql {

/// The event in a row, whose WAYMARK_EVENT_COLUMNS start at `first`.
template <class Row>
[[nodiscard]] event event_from(const Row& row, int first = 0) {
  event e;
  e.position = row.integer(first);
  e.event_id = row.id(first + 1);
  e.event_type = row.text(first + 2);
  e.schema_version = number(row, first + 3);
  e.aggregate_type = row.text(first + 4);
  e.aggregate_id = row.text(first + 5);
  e.aggregate_version = row.integer(first + 6);
  e.occurred_at = row.time(first + 7);
  e.recorded_at = row.time(first + 8);
  e.tenant_id = optional_text(row, first + 9);
  e.actor_id = optional_text(row, first + 10);
  e.correlation_id = optional_text(row, first + 11);
  e.causation_id = optional_text(row, first + 12);
  e.metadata = row.text(first + 13);
  e.data = payload::from_json(std::string{row.text(first + 14)});
  return e;
}

} // namespace waymark::sql
