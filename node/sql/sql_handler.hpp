#pragma once

#include "node/sql/placeholders.hpp"

#include <waymark/messages/event.hpp>
#include <waymark/persistence/read_model.hpp>

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace waymark::node {

/// Runs the statements of one event type, in order, with values from the event. Numbers, strings,
/// booleans and null keep their kind; objects, arrays and the whole are bound as JSON text, as it
/// was appended; envelope times as RFC 3339 text in UTC; what the envelope does not have (a tenant)
/// is NULL.
/// @param data what `envelope.data` was decoded to.
/// @throws decode_error where a pointer finds nothing or a whole number has more than 63 bits,
///   which are event faults; whatever the read model throws.
void run_statements(const std::vector<sql_template>& statements, read_model& db,
                    const nlohmann::json& data, const event& envelope);

} // namespace waymark::node
