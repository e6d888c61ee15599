#pragma once

#include <waymark/messages/append.hpp>

namespace waymark::test {

/// The first event of a command, as a log would hold it.
inline event stored(const append_command& command) {
  const auto& from = command.events.front();
  event e;
  e.position = 17;
  e.event_id = from.event_id.value_or(*uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057"));
  e.event_type = from.event_type;
  e.schema_version = from.schema_version;
  e.aggregate_type = command.stream.aggregate_type;
  e.aggregate_id = command.stream.aggregate_id;
  e.aggregate_version = 4;
  e.occurred_at = from.occurred_at.value_or(timestamp{});
  e.tenant_id = from.tenant_id;
  e.actor_id = from.actor_id;
  e.correlation_id = from.correlation_id;
  e.causation_id = from.causation_id;
  e.metadata = from.metadata;
  e.data = from.data;
  return e;
}

} // namespace waymark::test
