#include "persistence/postgres/bulk_run.hpp"

#include "persistence/postgres/bulk_insert.hpp"
#include "persistence/postgres/handler_statements.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace waymark::postgres {

namespace {

template <class... Kinds>
bool holds_only(const sql_column& of) {
  return std::all_of(of.begin(), of.end(), [](const sql_value& v) {
    return std::holds_alternative<std::nullptr_t>(v.get()) ||
           (std::holds_alternative<Kinds>(v.get()) || ...);
  });
}

/// The element type in which a column is sent: what the values are, or text that the server reads
/// as it would a single parameter.
oid sent_as(const sql_column& values, unsigned int type) {
  switch (static_cast<oid>(type)) {
  case oid::int2:
  case oid::int4:
  case oid::int8:
    return holds_only<std::int64_t>(values) ? oid::int8 : oid::text;
  case oid::float8:
    return holds_only<double>(values) ? oid::float8 : oid::text;
  case oid::bytes:
    return holds_only<std::span<const std::byte>>(values) ? oid::bytes : oid::text;
  default:
    return oid::text;
  }
}

const char* name_of(oid element) {
  switch (element) {
  case oid::int8:
    return "bigint";
  case oid::float8:
    return "double precision";
  case oid::bytes:
    return "bytea";
  default:
    return "text";
  }
}

std::string_view view(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void add(array& to, const sql_value& v, oid element, unsigned int type, std::size_t place,
         std::string_view sql) {
  if (std::holds_alternative<std::nullptr_t>(v.get()))
    to.add(std::nullopt);
  else if (element == oid::int8)
    to.add(std::get<std::int64_t>(v.get()));
  else if (element == oid::float8)
    to.add(std::bit_cast<std::int64_t>(std::get<double>(v.get())));
  else if (element == oid::bytes)
    to.add(view(std::get<std::span<const std::byte>>(v.get())));
  else if (const auto* text = std::get_if<std::string_view>(&v.get());
           text != nullptr && text->find('\0') == std::string_view::npos)
    to.add(*text);
  else
    to.add(std::string_view{*text_of(v, type, place, sql)});
}

/// The statement with arrays, and the arrays themselves.
struct bulk_call {
  std::string sql;
  std::vector<array> arrays;
  params with;
};

/// @param types of the parameters of `sql`.
bulk_call call_of(const bulk_insert& insert, session& on, const std::vector<unsigned int>& types,
                  std::string_view sql, std::span<const sql_column> columns) {
  bulk_call result;
  std::vector<bulk_insert::column> shape;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto element = sent_as(columns[i], types[i]);
    shape.push_back({name_of(element), on.handlers().name_of_type(types[i])});
    auto& to = result.arrays.emplace_back(element);
    for (const auto& each : columns[i])
      add(to, each, element, types[i], i + 1, sql);
  }
  for (auto& each : result.arrays)
    result.with.add(each, oid::object);
  result.sql = insert.with_arrays(shape);
  return result;
}

constexpr const char* take_savepoint = "SAVEPOINT waymark_rows";
constexpr const char* release_savepoint = "RELEASE waymark_rows";

/// One by one behind a pooler, and as long as the server may refuse to prepare the statement.
std::int64_t run_within_savepoint(session& on, const bulk_call& call) {
  auto& handlers = on.handlers();
  if (on.where().pooled || !handlers.is_prepared(call.sql)) {
    (void)on.execute(take_savepoint);
    const auto changed = handlers.run_prepared(call.sql, call.with).changed();
    (void)on.execute(release_savepoint);
    return changed;
  }
  round_trip trip{on};
  trip.add(take_savepoint, {}, stage::own);
  handlers.add_prepared(trip, call.sql, call.with);
  trip.add(release_savepoint, {}, stage::own);
  trip.send();
  return trip.answers().at(1).changed();
}

} // namespace

std::optional<std::int64_t> run_at_once(session& on, std::string_view sql,
                                        std::span<const sql_column> columns) {
  const auto insert = bulk_insert::of(sql);
  if (!insert || columns.front().size() == 1)
    return std::nullopt;
  const auto types = on.handlers().types_of(sql, columns.size());
  bool begun = false;
  try {
    const auto call = call_of(*insert, on, types, sql, columns);
    begun = true;
    return run_within_savepoint(on, call);
  } catch (const statement_error&) {  // tried again row by row, which says which one it was
  } catch (const projection_error&) { // a row of constants and parameters need not be a SELECT
  }
  if (begun)
    (void)on.execute("ROLLBACK TO waymark_rows; RELEASE waymark_rows");
  return std::nullopt;
}

} // namespace waymark::postgres
