#pragma once

#include "node/sql/json_pointer.hpp"
#include "persistence/sql/lexer.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::node {

/// Where the value of a placeholder comes from: the event's data or metadata, by a pointer, or one
/// field of the envelope.
enum class value_source : unsigned char {
  data,
  metadata,
  position,
  event_id,
  event_type,
  schema_version,
  aggregate_type,
  aggregate_id,
  aggregate_version,
  occurred_at,
  recorded_at,
  tenant_id,
  actor_id,
  correlation_id,
  causation_id
};

/// One occurrence of a placeholder; the n-th of a statement is its parameter $n.
struct placeholder {
  std::string text; ///< As written, without the braces: "/cents", "metadata/source?".
  value_source source = value_source::data;
  json_pointer pointer;  ///< For data and metadata.
  bool optional = false; ///< NULL where nothing is found, instead of an event fault.
};

/// A statement as a database takes it.
struct sql_template {
  std::string sql; ///< With $1, $2 … for the placeholders and single braces for doubled ones.
  std::vector<placeholder> values;
};

/// What is wrong at one place of a statement, and what is expected there.
struct placeholder_mistake {
  std::size_t offset = 0; ///< In bytes from the start of the statement.
  std::string text;
};

struct parsed_sql {
  sql_template statement; ///< Usable only if there is no mistake.
  std::vector<placeholder_mistake> mistakes;
};

/// Turns `{/pointer}`, `{/pointer?}`, `{position}`, `{metadata/pointer}` … into parameters, each
/// occurrence into one of its own, and `{{` and `}}` into braces. `{data}` and `{metadata}` are the
/// whole as JSON text. A pointer ends at the first `}`. Refused: unknown names, a placeholder
/// within quotes or a comment, where the database would not take a parameter, and `$1` in the text.
/// Pure; takes any bytes.
[[nodiscard]] parsed_sql parse_placeholders(std::string_view text, sql::dialect of);

} // namespace waymark::node
