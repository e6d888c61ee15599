#include <waymark/persistence/store.hpp>

#include "messages/deadline.hpp"
#include "persistence/memory/memory_event_store.hpp"
#include "persistence/postgres/postgres_event_store.hpp"
#include "persistence/postgres/postgres_projection_store.hpp"
#include "persistence/postgres/schema_upgrade.hpp"
#include "persistence/sqlite/schema_upgrade.hpp"
#include "persistence/sqlite/sqlite_event_store.hpp"
#include "persistence/sqlite/sqlite_projection_store.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>

namespace waymark {

namespace {

sqlite::database_options sqlite_options(const open_options& options) {
  sqlite::database_options result;
  result.create = options.create;
  result.use_records = options.use_records;
  result.poll_interval = options.poll_interval;
  result.clock = options.clock;
  return result;
}

store open_memory(const open_options& options) {
  auto tables = std::make_shared<sqlite::database_handle>(
      sqlite::database::in_memory(sqlite_options(options)));
  return {"memory:", std::make_shared<memory_event_store>(*options.clock),
          std::make_shared<sqlite::sqlite_projection_store>(std::move(tables))};
}

store open_sqlite(std::string_view file, const open_options& options) {
  if (file.empty())
    throw usage_error{"the address \"sqlite:\" names no file; write sqlite:FILE, for example "
                      "sqlite:orders.db"};
  if (file.find('\0') != std::string_view::npos)
    throw usage_error{"the name of a file may not hold NUL"};
  auto shared =
      std::make_shared<sqlite::database_handle>(std::string{file}, sqlite_options(options));
  return {"sqlite:" + std::string{file}, std::make_shared<sqlite::sqlite_event_store>(shared),
          std::make_shared<sqlite::sqlite_projection_store>(shared)};
}

bool is_postgres(std::string_view address) {
  return address.starts_with("postgresql://") || address.starts_with("postgres://");
}

store open_postgres(std::string_view address, const open_options& options) {
  postgres::database_options use;
  use.create = options.create;
  use.use_records = options.use_records;
  use.poll_interval = options.poll_interval;
  use.fallback_poll = options.fallback_poll;
  use.clock = options.clock;
  auto where = postgres::address::parse(address);
  where.idle_in_transaction = 2 * std::min(options.handler_timeout, postgres::longest_setting / 2);
  const auto in = std::make_shared<postgres::database>(where, use);
  return {in->where().shown, std::make_shared<postgres::postgres_event_store>(in),
          std::make_shared<postgres::postgres_projection_store>(in)};
}

void require_time(const char* name, std::chrono::milliseconds option) {
  if (option < std::chrono::milliseconds{1} || option > longest_option)
    throw usage_error{std::string{"open_options."} + name + " is " +
                      std::to_string(option.count()) +
                      " ms; it must be at least 1 ms, and at most 366 days"};
}

/// The address without what may be a password: "scheme:…".
std::string harmless(std::string_view address) {
  const auto colon = address.find(':');
  return colon == std::string_view::npos ? std::string{address.substr(0, 40)}
                                         : std::string{address.substr(0, colon)} + ":…";
}

} // namespace

store open(std::string_view address, const open_options& options) {
  if (options.clock == nullptr)
    throw usage_error{"open_options.clock is null; leave it as it is for the system's clock"};
  require_time("poll_interval", options.poll_interval);
  require_time("handler_timeout", options.handler_timeout);
  require_time("fallback_poll", options.fallback_poll);
  constexpr std::string_view sqlite{"sqlite:"};
  if (address == "memory:")
    return open_memory(options);
  if (address.starts_with(sqlite))
    return open_sqlite(address.substr(sqlite.size()), options);
  if (is_postgres(address))
    return open_postgres(address, options);
  throw usage_error{"the address \"" + harmless(address) +
                    "\" is of no known kind; known are memory:, sqlite:FILE and postgresql://…"};
}

std::string postgresql_schema(std::string_view address, int from_version) {
  if (!is_postgres(address))
    throw usage_error{"only a postgresql:// address has a schema to print"};
  return postgres::schema_sql(postgres::address::parse(address), from_version);
}

std::string schema_of(std::string_view address, int from_version) {
  if (address.starts_with("sqlite:")) {
    if (from_version != 0)
      throw usage_error{"a SQLite file is upgraded when it is opened; there is nothing to print "
                        "from a version on"};
    return sqlite::schema_sql();
  }
  if (is_postgres(address))
    return postgresql_schema(address, from_version);
  throw usage_error{"the address \"" + harmless(address) +
                    "\" has no schema to print; sqlite:FILE and postgresql://… have one"};
}

} // namespace waymark
