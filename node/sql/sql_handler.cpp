#include "node/sql/sql_handler.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/messages/upcasters.hpp>

#include "messages/text.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>
#include <string>

namespace waymark::node {

namespace {

using nlohmann::json;

std::string in_braces(const placeholder& p) {
  return "{" + p.text + "}";
}

constexpr double two_to_63 = 9223372036854775808.0;

/// A whole number that the parser could only keep with fewer digits.
bool is_too_big(const json& found, std::string_view text) {
  if (found.is_number_unsigned())
    return found.get<std::uint64_t>() > INT64_MAX;
  return found.is_number_float() && std::abs(found.get<double>()) >= two_to_63 &&
         text.find_first_of(".eE") == text.npos;
}

/// A structure stays as it is written, with its blanks and its order of members.
/// @param text the value as it is written; asked for only where it is needed.
template <class Text>
sql_value value_of(const json& found, const placeholder& p, const Text& text) {
  if (found.is_structured())
    return text();
  if (found.is_number() && std::abs(found.get<double>()) >= two_to_63 && is_too_big(found, text()))
    throw decode_error{in_braces(p) + ": " + readable(text(), 60) +
                       " is beyond the 63 bits that a database's integers have"};
  return found;
}

/// The values of one event for one statement after the other. The metadata is parsed only if asked
/// for, and once.
class value_reader {
 public:
  value_reader(const json& data, const event& envelope) : data_{data}, envelope_{envelope} {}

  sql_value read(const placeholder& p) {
    const auto& e = envelope_;
    switch (p.source) {
    case value_source::data: return pointed(p, data_, "data", [this] { return data_text(); });
    case value_source::metadata:
      return pointed(p, metadata(), "metadata", [this] { return metadata_text(); });
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
  template <class Text>
  sql_value pointed(const placeholder& p, const json& document, std::string_view what,
                    const Text& whole) {
    if (p.pointer.is_whole())
      return whole();
    if (const auto* const found = p.pointer.find(document))
      return value_of(*found, p, [&] { return p.pointer.find_text(whole()); });
    if (p.optional)
      return nullptr;
    throw decode_error{in_braces(p) + " finds nothing in the event's " + std::string{what} +
                       "; if that is right, write {" + p.text + "?}, which is NULL then"};
  }

  /// As it was appended, or as upcasters have made it.
  std::string_view data_text() {
    if (envelope_.schema_version >= upcasters::latest(envelope_.event_type))
      return envelope_.data.text();
    if (lifted_.empty())
      lifted_ = data_.dump();
    return lifted_;
  }

  const json& metadata() {
    if (!metadata_)
      metadata_ = json::parse(metadata_text());
    return *metadata_;
  }

  [[nodiscard]] std::string_view metadata_text() const {
    return envelope_.metadata.empty() ? std::string_view{"{}"} : envelope_.metadata;
  }

  const json& data_;
  const event& envelope_;
  std::string lifted_;
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
