#include "persistence/postgres/append_lock.hpp"

namespace waymark::postgres {

namespace {

std::string prepared(const rows& found) {
  return "appends are held up by the prepared transaction \"" + std::string{found.text(0, 6)} +
         "\" of " + std::string{found.text(0, 4)} + ", since " + to_string(found.time(0, 5)) +
         "; end it by COMMIT PREPARED or ROLLBACK PREPARED";
}

/// Of waymark's own: it ends by itself, and others' appends with it.
bool is_appender(std::string_view application) noexcept {
  return application.starts_with("waymark ") && application.find(" append") != application.npos;
}

} // namespace

// A prepared transaction's lock has no backend; the lock that it holds on its own id names it.
std::string holder_of_append_lock(session& on) {
  const auto found = on.run(
      "SELECT l.pid::int8, coalesce(a.application_name, ''), coalesce(a.state, ''), "
      "  extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared))::int8, "
      "  coalesce(a.usename, p.owner)::text, coalesce(a.xact_start, p.prepared), p.gid "
      "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
      "LEFT JOIN pg_catalog.pg_prepared_xacts p ON l.pid IS NULL AND EXISTS ("
      "  SELECT FROM pg_catalog.pg_locks own WHERE own.locktype = 'transactionid' "
      "  AND own.granted AND own.virtualtransaction = l.virtualtransaction "
      "  AND own.transactionid = p.transaction), "
      "  (SELECT hashtextextended('waymark append {schema_name}', 0) AS key) k "
      "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
      "  AND l.database = (SELECT oid FROM pg_catalog.pg_database "
      "                    WHERE datname = current_database()) "
      "  AND l.classid = ((k.key >> 32) & 4294967295)::oid "
      "  AND l.objid = (k.key & 4294967295)::oid");
  if (found.empty())
    return {};
  if (!found.is_null(0, 6))
    return prepared(found);
  auto text = "appends are held up by the transaction of backend " +
              std::to_string(found.integer(0, 0)) + " (\"" + std::string{found.text(0, 1)} + "\"";
  if (!found.is_null(0, 4)) // of another role nothing more can be seen
    text += " of " + std::string{found.text(0, 4)};
  if (!found.is_null(0, 5))
    text += ", " + std::string{found.text(0, 2)} + "), since " + to_string(found.time(0, 5)) +
            ", for " + std::to_string(found.integer(0, 3)) + " s";
  else
    text += ")";
  return is_appender(found.text(0, 1)) ? text : text + "; end it to let them go on";
}

} // namespace waymark::postgres
