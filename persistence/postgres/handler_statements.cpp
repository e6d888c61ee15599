#include "persistence/postgres/handler_statements.hpp"

#include "persistence/postgres/round_trip.hpp"
#include "persistence/postgres/sql_words.hpp"
#include "persistence/postgres/written_tables.hpp"
#include "persistence/sql/refusals.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace waymark::postgres {

namespace {

using sql::in_quotes;

/// What is read here must be read by the server in the same way.
bool has_standard_texts(const session& on) noexcept {
  const char* setting = PQparameterStatus(on.raw(), "standard_conforming_strings");
  return setting == nullptr || std::string_view{setting} == "on";
}

void require_allowed(const session& on, std::string_view sql,
                     const std::vector<std::string>& words) {
  sql::require_no_nul(sql);
  if (!has_standard_texts(on))
    throw projection_error{"a handler may not change its session, so standard_conforming_strings = "
                           "off is refused: " +
                           in_quotes(sql)};
  for (const auto& word : words)
    if (is_forbidden(word))
      throw projection_error{"a handler may not end or nest the transaction or change its session, "
                             "so " +
                             word + " is refused: " + in_quotes(sql)};
  if (const auto call = call_that_outlives_transaction(sql); !call.empty())
    throw projection_error{"a handler may not change its session, so " + std::string{call} +
                           " is refused: " + in_quotes(sql)};
}

/// A whole number without an exponent, so that a column of integers takes it whatever its digits.
std::string number(double value) {
  constexpr double most_whole = 1e18;
  char buffer[40];
  auto* const end = buffer + sizeof buffer;
  const bool whole = std::abs(value) <= most_whole && std::trunc(value) == value;
  const auto written = whole ? std::to_chars(buffer, end, value, std::chars_format::fixed)
                             : std::to_chars(buffer, end, value);
  return {buffer, written.ptr};
}

/// A value as the server reads it in text; nothing for NULL.
struct writer {
  unsigned int type;
  std::size_t place;
  std::string_view sql;

  std::optional<std::string> operator()(std::nullptr_t) const { return std::nullopt; }
  std::optional<std::string> operator()(bool v) const { return v ? "1" : "0"; }
  std::optional<std::string> operator()(std::int64_t v) const { return std::to_string(v); }
  std::optional<std::string> operator()(double v) const { return number(v); }
  std::optional<std::string> operator()(const std::string& v) const {
    return (*this)(std::string_view{v});
  }
  std::optional<std::string> operator()(std::string_view v) const {
    if (v.find('\0') != std::string_view::npos)
      throw statement_error{"argument $" + std::to_string(place) +
                            " holds a NUL, which PostgreSQL's text can't: " + in_quotes(sql)};
    return std::string{v};
  }
  std::optional<std::string> operator()(std::span<const std::byte> v) const {
    if (type != static_cast<unsigned int>(oid::bytes))
      throw projection_error{"argument $" + std::to_string(place) +
                             " is bytes and its parameter is not; write $" + std::to_string(place) +
                             "::bytea: " + in_quotes(sql)};
    constexpr std::string_view digits{"0123456789abcdef"};
    std::string result{"\\x"};
    for (const auto b : v) {
      result += digits[std::to_integer<std::size_t>(b) >> 4];
      result += digits[std::to_integer<std::size_t>(b) & 15];
    }
    return result;
  }
};

} // namespace

std::optional<std::string> text_of(const sql_value& value, unsigned int type, std::size_t place,
                                   std::string_view sql) {
  return std::visit(writer{type, place, sql}, value.get());
}

const handler_statement& handler_statements::fitting(std::string_view sql, std::size_t arguments,
                                                     stage when) {
  const auto& statement = find_or_prepare(sql, when);
  sql::require_arguments(statement.types.size(), arguments, sql);
  return statement;
}

std::vector<unsigned int> handler_statements::types_of(std::string_view sql,
                                                       std::size_t arguments) {
  return fitting(sql, arguments, stage::handler).types;
}

const std::string& handler_statements::name_of_type(unsigned int type) {
  auto& name = type_names_[type];
  if (name.empty())
    name = on_.run("SELECT pg_catalog.format_type($1::int8::oid, -1)",
                   params{}.add(std::int64_t{type}))
               .text(0, 0);
  return name;
}

rows handler_statements::run_prepared(std::string_view sql, const params& with) {
  const auto& statement = find_or_prepare(sql, stage::handler);
  return send(statement, {with.size(), with.values(), with.lengths(), with.formats()}, sql,
              stage::handler);
}

void handler_statements::add_prepared(round_trip& to, std::string_view sql, const params& with) {
  to.add(find_or_prepare(sql, stage::handler).name,
         {with.size(), with.values(), with.lengths(), with.formats()}, sql, stage::handler);
}

rows handler_statements::run(std::string_view sql, std::span<const sql_value> args, stage when) {
  if (!on_.begins_ahead())
    on_.look_for_end();
  const auto before = made_;
  const auto& statement = fitting(sql, args.size(), when);
  bool sent = false;
  try {
    std::vector<std::optional<std::string>> texts;
    texts.reserve(args.size());
    for (std::size_t i = 0; i < args.size(); ++i)
      texts.push_back(text_of(args[i], statement.types[i], i + 1, sql));
    std::vector<const char*> values;
    values.reserve(args.size());
    for (const auto& each : texts)
      values.push_back(each ? each->c_str() : nullptr);
    sent = true;
    return send(statement, {static_cast<int>(values.size()), values.data()}, sql, when);
  } catch (const store_error&) {
    throw;
  } catch (const std::exception& e) {
    if (made_ != before || !(sent ? is_outdated_after_failure(statement) : is_outdated(statement)))
      throw;
    on_.retire(); // on another session it is sound
    throw store_error{e.what()};
  }
}

/// Whether a table has changed under a statement that was prepared before, so that the failure is
/// neither the event's nor the projection's.
bool handler_statements::is_outdated_after_failure(const handler_statement& what) {
  const auto& code = on_.last_sqlstate();
  if (code.starts_with("0A"))
    return true;
  if (!code.starts_with("22") && !code.starts_with("42"))
    return false;
  on_.rollback();
  const transaction another{on_};
  return is_outdated(what);
}

/// Whether the server would deduce other types by now: it keeps those that it has deduced once.
bool handler_statements::is_outdated(const handler_statement& what) noexcept {
  try {
    (void)on_.take(PQprepare(on_.raw(), "", what.sql.c_str(), 0, nullptr), what.sql,
                   stage::handler);
    return parameter_types("", what.sql, stage::handler) != what.types;
  } catch (const std::exception&) { // what it has failed with says more
    return false;
  }
}

/// Behind a pooler a name would be forgotten with the transaction; the types are kept.
rows handler_statements::send(const handler_statement& what, const round_trip::arguments& with,
                              std::string_view sql, stage when) {
  if (on_.begins_ahead()) {
    round_trip trip{on_};
    trip.add(what.name, with, sql, when);
    trip.send();
    return std::move(trip.answers().front());
  }
  if (on_.where().pooled)
    return on_.take(PQexecParams(on_.raw(), what.sql.c_str(), with.count, what.types.data(),
                                 with.values, with.lengths, with.formats, 0),
                    sql, when);
  return on_.take(PQexecPrepared(on_.raw(), what.name.c_str(), with.count, with.values,
                                 with.lengths, with.formats, 0),
                  sql, when);
}

const handler_statement& handler_statements::find_or_prepare(std::string_view sql, stage when) {
  return kept_.find_or_make(
      sql, [&] { return prepare(sql, when); },
      [&](const handler_statement& old) { deallocate(old); });
}

/// A name without a schema may be a user's own table; the server knows which it finds.
void handler_statements::require_tables_of_others(std::string_view sql) {
  for (const auto& [schema, table] : written_tables(sql)) {
    if (!is_table_of_waymark(table))
      continue;
    const bool own =
        schema.empty()
            ? on_.run("SELECT count(*) WHERE pg_catalog.to_regclass(pg_catalog.quote_ident($1)) = "
                      "pg_catalog.to_regclass('{schema}.' || pg_catalog.quote_ident($1))",
                      params{}.add(table))
                      .integer(0, 0) != 0
            : schema == on_.where().schema;
    if (own)
      throw projection_error{"the table " + table + " is waymark's own and not for handlers: " +
                             in_quotes(sql)};
  }
}

handler_statement handler_statements::prepare(std::string_view sql, stage when) {
  const auto words = first_words(sql);
  require_allowed(on_, sql, words);
  if (words.empty())
    sql::refuse_empty(sql);
  if (words.size() > 1)
    sql::refuse_several(sql);
  require_tables_of_others(sql);
  ++made_;
  const auto name = on_.where().pooled ? std::string{} : "handler" + std::to_string(made_);
  handler_statement result{std::string{sql}, name, {}};
  (void)on_.take(PQprepare(on_.raw(), result.name.c_str(), result.sql.c_str(), 0, nullptr), sql,
                 when);
  result.types = parameter_types(result.name, sql, when);
  return result;
}

std::vector<unsigned int> handler_statements::parameter_types(const std::string& name,
                                                              std::string_view sql, stage when) {
  const auto described = on_.take(PQdescribePrepared(on_.raw(), name.c_str()), sql, when);
  std::vector<unsigned int> result;
  const int count = PQnparams(described.raw());
  for (int i = 0; i < count; ++i)
    result.push_back(PQparamtype(described.raw(), i));
  return result;
}

void handler_statements::deallocate(const handler_statement& old) {
  if (!old.name.empty())
    (void)on_.execute("DEALLOCATE " + old.name);
}

void handler_statements::try_out(const sql_trial& trial) {
  if (trial.how == sql_trial::kind::table)
    return run_script(trial.sql);
  const auto words = first_words(trial.sql);
  if (trial.how == sql_trial::kind::script && words.size() != 1)
    return require_allowed(on_, trial.sql, words);
  deallocate(prepare(trial.sql, stage::handler));
}

void handler_statements::run_script(std::string_view sql) {
  const auto words = first_words(sql);
  require_allowed(on_, sql, words);
  if (words.empty())
    return;
  require_tables_of_others(sql);
  const auto before = on_.current_settings();
  (void)on_.take(PQexec(on_.raw(), std::string{sql}.c_str()), sql, stage::script);
  on_.require_settings(before, sql);
}

} // namespace waymark::postgres
