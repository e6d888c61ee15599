#include "persistence/postgres/event_rows.hpp"

namespace waymark::postgres {

event event_from(const rows& from, int row, int first) {
  event e;
  e.position = from.integer(row, first);
  e.event_id = from.id(row, first + 1);
  e.event_type = from.text(row, first + 2);
  e.schema_version = static_cast<int>(from.integer(row, first + 3));
  e.aggregate_type = from.text(row, first + 4);
  e.aggregate_id = from.text(row, first + 5);
  e.aggregate_version = from.integer(row, first + 6);
  e.occurred_at = from.time(row, first + 7);
  e.recorded_at = from.time(row, first + 8);
  e.tenant_id = from.optional_text(row, first + 9);
  e.actor_id = from.optional_text(row, first + 10);
  e.correlation_id = from.optional_text(row, first + 11);
  e.causation_id = from.optional_text(row, first + 12);
  e.metadata = from.text(row, first + 13);
  e.data = payload::from_json(std::string{from.text(row, first + 14)});
  return e;
}

} // namespace waymark::postgres
