#include "persistence/postgres/fault.hpp"

#include <array>

namespace waymark::postgres {

namespace {

struct row {
  std::string_view prefix; ///< Of the SQLSTATE; a whole code stands before its class.
  blame whose;
  std::string_view advice;
};

/// Every class that the server gives codes of.
constexpr std::string_view own_classes =
    "00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F "
    "40 42 44 53 54 55 57 58 72 F0 HV P0 XX";

constexpr std::string_view pooled =
    "behind a pooler in transaction mode, add pooled=transaction to the address";

// Whatever is missing is the store's.
constexpr std::array table{
    // the values, or the handler when given them
    row{"20", blame::event, "a CASE has no branch for the value"},
    row{"21", blame::event, ""},
    row{"22", blame::event, ""},
    row{"23", blame::event, ""},
    row{"25P02", blame::event, "an earlier statement of this event failed"},
    row{"25P03", blame::event, "the handler took longer than the session waits for it"},
    row{"25P04", blame::event, "the transaction took longer than the server allows"},
    row{"27", blame::event, ""},
    row{"38", blame::event, ""},
    row{"39", blame::event, ""},
    row{"44", blame::event, ""},
    row{"54", blame::event, "the value or the statement is larger than PostgreSQL takes"},
    row{"57014", blame::event, "the statement was cancelled or took too long"},
    row{"P0", blame::event, ""},
    // the projection's SQL and its tables
    row{"09", blame::projection, ""},
    row{"0A", blame::projection, ""},
    row{"0L", blame::projection, ""},
    row{"0P", blame::projection, ""},
    row{"0Z", blame::projection, ""},
    row{"24", blame::projection, ""},
    row{"25001", blame::projection, "a handler runs in a transaction that has begun already"},
    row{"2B", blame::projection, ""},
    row{"2D", blame::projection, "a handler may not end or nest the transaction"},
    row{"2F", blame::projection, ""},
    row{"34", blame::projection, ""},
    row{"3B", blame::projection, "a handler may not end or nest the transaction"},
    row{"3F", blame::projection, ""},
    row{"42501", blame::projection, "grant the role what the projection needs"},
    row{"42P05", blame::store, pooled},
    row{"42P08", blame::projection, "say what the parameter is by a cast, for example $1::text"},
    row{"42P18", blame::projection, "say what the parameter is by a cast, for example $1::text"},
    row{"42P01", blame::projection, "name the table in .table, or see the search_path"},
    row{"42", blame::projection, ""},
    row{"55000", blame::projection, "the statement does not fit what it is used on"},
    row{"55P02", blame::projection, ""},
    row{"55P04", blame::projection, "add the value to its type in an earlier transaction"},
    // the server
    row{"08", blame::store, "the connection was lost; it is made anew"},
    row{"25006", blame::store, "the server is a standby, or read-only; connect to the primary"},
    row{"26", blame::store, pooled},
    row{"28", blame::store, "see user, password and pg_hba.conf"},
    row{"3D", blame::store, "create the database, or name another"},
    row{"40", blame::store, "this call may be repeated"},
    row{"53100", blame::store, "the server's disk is full; make room"},
    row{"53300", blame::store, "raise max_connections, or lower max_sessions in the address"},
    row{"53", blame::store, ""},
    row{"55P03", blame::store, "another transaction holds a lock; this call may be repeated"},
    row{"55", blame::store, ""},
    row{"57", blame::store, "the server ended it; this call may be repeated"},
    row{"58", blame::store, "look at the server's disk and log"},
};

const row* find(std::string_view sqlstate) noexcept {
  for (const auto& each : table)
    if (sqlstate.starts_with(each.prefix))
      return &each;
  return nullptr;
}

/// Of a class that only a function of the user's can have made up, by RAISE … USING ERRCODE.
bool is_users_own(std::string_view sqlstate) noexcept {
  return sqlstate.size() == 5 &&
         own_classes.find(sqlstate.substr(0, 2)) == std::string_view::npos;
}

/// Cancelled, or too late: which event's fault that is only its handler's own statement can tell.
bool ran_out_of_time(std::string_view sqlstate) noexcept {
  return sqlstate == "57014" || sqlstate.starts_with("25P0");
}

blame judge_at(std::string_view sqlstate, stage when) noexcept {
  switch (when) {
  case stage::handler:
    return judge(sqlstate);
  case stage::script: // which makes or empties tables, and waits for who uses them
    return ran_out_of_time(sqlstate) ? blame::store : judge(sqlstate);
  case stage::query: // a read-only transaction, which the query tried to write in
    return sqlstate == "25006" ? blame::event : judge(sqlstate);
  case stage::append:
    return judge(sqlstate) == blame::event && !ran_out_of_time(sqlstate) ? blame::event
                                                                         : blame::store;
  case stage::commit: // where deferred constraints and triggers run
    return ran_out_of_time(sqlstate) ? blame::store : judge(sqlstate);
  case stage::open:
    return sqlstate.starts_with("42") ? blame::incompatible : blame::store;
  case stage::own:
    break;
  }
  return blame::store;
}

} // namespace

blame judge(std::string_view sqlstate) noexcept {
  if (is_users_own(sqlstate))
    return blame::event;
  const auto* found = sqlstate.empty() ? nullptr : find(sqlstate);
  return found != nullptr ? found->whose : blame::store;
}

std::string_view advice(std::string_view sqlstate) noexcept {
  const auto* found = sqlstate.empty() ? nullptr : find(sqlstate);
  return found != nullptr ? found->advice : std::string_view{};
}

store_error::outcome outcome_of_commit(std::string_view sqlstate, bool connected) noexcept {
  const bool told = connected && !sqlstate.empty() && !sqlstate.starts_with("08") &&
                    sqlstate != "40003" && !sqlstate.starts_with("57P");
  return told ? store_error::outcome::nothing_done : store_error::outcome::unknown;
}

void raise(const failure& what, stage when) {
  const auto code = what.sqlstate.empty() ? "" : " [" + what.sqlstate + "]";
  const bool commits = when == stage::commit || when == stage::append;
  const bool lost = !what.connected && is_users_own(what.sqlstate);
  sql::raise(lost ? blame::store : judge_at(what.sqlstate, when),
             {what.where, what.message + code, what.doing, advice(what.sqlstate)},
             commits ? outcome_of_commit(what.sqlstate, what.connected)
                     : store_error::outcome::nothing_done);
}

} // namespace waymark::postgres
