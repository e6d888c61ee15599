#pragma once

#include <waymark/messages/clock.hpp>
#include <waymark/persistence/event_store.hpp>
#include <waymark/persistence/projection_store.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace waymark {

/// A log and a place for read models behind one address. A handle: copies share the stores.
struct store {
  std::string address; ///< As opened, never with a password.
  std::shared_ptr<event_store> events;
  std::shared_ptr<projection_store> projections;
};

struct open_options {
  /// Make the file and the tables if they are not there, and bring them up to date. If not, what is
  /// missing is a store_error, and tables of an older waymark are incompatible_store.
  bool create = true;
  /// Whether waymark's own tables are to be used; if not, they need not be there, a file is left as
  /// it is, and only `try_statements` and `read` of the projection store can be called.
  bool use_records = true;
  /// How often other processes' appends are looked for.
  std::chrono::milliseconds poll_interval{20};
  /// How often they are looked for while notifications of them arrive (PostgreSQL).
  std::chrono::milliseconds fallback_poll{250};
  /// How long a handler may leave its transaction without a statement; PostgreSQL ends a session
  /// after twice that, and the fault is the event's. An engine that allows a projection's handlers
  /// more has the server wait longer for them.
  std::chrono::milliseconds handler_timeout{30'000};
  const waymark::clock* clock = &waymark::clock::system(); ///< Must outlive the store.
};

/// Opens `memory:`, `sqlite:FILE` or `postgresql://…` (see docs/postgresql.md).
///
/// `memory:` is a log in this process and a private in-memory database for read models; both end
/// with the last handle. Opening the same SQLite file twice in a process shares its writer. A
/// PostgreSQL store dates by the server's clock unless the options name another than the system's.
/// @throws usage_error for an address it does not know, incompatible_store for a file that is
///   damaged, signed by another program, or newer than this program, and for a server that can't
///   be used; store_error if it can't be opened.
[[nodiscard]] store open(std::string_view address, const open_options& options = {});

/// The SQL that makes waymark's tables in PostgreSQL, for who lets no program do so; `open`
/// then takes an address with `schema_mode=verify`. Connects to nothing.
/// @param from_version of the tables that are there, which `open` names where it refuses them, to
///   upgrade them; on tables of another version the SQL fails and changes nothing.
/// @throws usage_error for an address that is not PostgreSQL's, and a version that this program
///   does not know.
[[nodiscard]] std::string postgresql_schema(std::string_view address = "postgresql://",
                                            int from_version = 0);

/// The SQL behind an address, for people: `postgresql_schema`, or the tables of a SQLite file,
/// which `open` makes and upgrades by itself. Connects to nothing. @throws usage_error for
/// `memory:` and others, and for a `from_version` of a SQLite file.
[[nodiscard]] std::string schema_of(std::string_view address, int from_version = 0);

} // namespace waymark
