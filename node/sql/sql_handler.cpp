#include "node/sql/sql_handler.hpp"

#include <waymark/messages/error.hpp>

#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <string>

namespace waymark::node {

namespace {

using nlohmann::json;

std::string in_braces(const placeholder& p) {
  return "{" + p.text + "}";
}

sql_value value_of(const json& found, const placeholder& p) {
  switch (found.type()) {
  case json::value_t::null:
    return nullptr;
  case json::value_t::boolean:
    return found.get<bool>();
  case json::value_t::number_integer:
    return found.get<std::int64_t>();
  case json::value_t::number_unsigned: {
    const auto number = found.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      throw decode_error{in_braces(p) + ": " + std::to_string(number) +
                         " is beyond the 63 bits that a database's integers have"};
    return static_cast<std::int64_t>(number);
  }
  case json::value_t::number_float:
    return found.get<double>();
  case json::value_t::string:
    return std::string_view{found.get_ref<const std::string&>()};
  default:
    return found;
  }
}

/// The values of one event for one statement after the other. The metadata is parsed only if asked
/// for, and once.
class value_reader {
 public:
  value_reader(const json& data, const event& envelope) : data_{data}, envelope_{envelope} {}

  sql_value read(const placeholder& p) {
    const auto& e = envelope_;
    switch (p.source) {
    case value_source::data: return pointed(data_, p, "data");
    case value_source::metadata: return pointed(metadata(), p, "metadata");
    case value_source::position: return e.position;
    case value_source::event_id: return e.event_id;
    case value_source::event_type: return e.event_type;
    case value_source::schema_version: return e.schema_version;
    case value_source::aggregate_type: return e.aggregate_type;
    case value_source::aggregate_id: return e.aggregate_id;
    case value_source::aggregate_version: return e.aggregate_version;
    case value_source::occurred_at: return e.occurred_at;
    case value_source::recorded_at: return e.recorded_at;
    case value_source::tenant_id: return e.tenant_id;
    case value_source::actor_id: return e.actor_id;
    case value_source::correlation_id: return e.correlation_id;
    case value_source::causation_id: return e.causation_id;
    }
    return nullptr;
  }

 private:
  sql_value pointed(const json& document, const placeholder& p, std::string_view what) {
    if (const auto* const found = p.pointer.find(document))
      return value_of(*found, p);
    if (p.optional)
      return nullptr;
    throw decode_error{in_braces(p) + " finds nothing in the event's " + std::string{what} +
                       "; if that is right, write {" + p.text + "?}, which is NULL then"};
  }

  const json& metadata() {
    if (!metadata_)
      metadata_ = envelope_.metadata.empty() ? json::object() : json::parse(envelope_.metadata);
    return *metadata_;
  }

  const json& data_;
  const event& envelope_;
  std::optional<json> metadata_;
};

} // namespace

void run_statements(const std::vector<sql_template>& statements, read_model& db, const json& data,
                    const event& envelope) {
  value_reader values{data, envelope};
  std::vector<sql_value> arguments;
  for (const auto& statement : statements) {
    arguments.clear();
    arguments.reserve(statement.values.size());
    for (const auto& each : statement.values)
      arguments.push_back(values.read(each));
    db.execute_values(statement.sql, arguments);
  }
}

} // namespace waymark::node
