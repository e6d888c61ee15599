#include "persistence/sqlite/event_rows.hpp"

namespace waymark::sqlite {

void bind_event(statement& to, int first, const event& e, std::string_view data) {
  to.bind(first, std::int64_t{e.position})
      .bind(first + 1, e.event_id)
      .bind(first + 2, std::string_view{e.event_type})
      .bind(first + 3, std::int64_t{e.schema_version})
      .bind(first + 4, std::string_view{e.aggregate_type})
      .bind(first + 5, std::string_view{e.aggregate_id})
      .bind(first + 6, e.aggregate_version)
      .bind(first + 7, e.occurred_at)
      .bind(first + 8, e.recorded_at)
      .bind(first + 9, e.tenant_id)
      .bind(first + 10, e.actor_id)
      .bind(first + 11, e.correlation_id)
      .bind(first + 12, e.causation_id);
  if (e.metadata.empty())
    to.bind_null(first + 13);
  else
    to.bind(first + 13, std::string_view{e.metadata});
  to.bind(first + 14, data);
}

} // namespace waymark::sqlite
