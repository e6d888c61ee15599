#pragma once

#include "persistence/sqlite/handler_statements.hpp"
#include "persistence/sqlite/statement.hpp"

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <string>
#include <unordered_map>

namespace waymark::sqlite {

/// What a connection that writes sets once it is in WAL mode. 16 MiB of log between two
/// checkpoints: fewer commits that have to wait for one.
inline constexpr const char* writer_settings_sql = "PRAGMA synchronous = FULL;"
                                                   "PRAGMA wal_autocheckpoint = 4000;"
                                                   "PRAGMA journal_size_limit = 67108864;"
                                                   "PRAGMA cache_size = -8192";

/// One connection, with the statements that were prepared on it. Used by one thread at a time.
class connection final : public sql::connection {
 public:
  enum class mode : std::uint8_t { create, write, read };

  /// @param file names the database in errors; `path` is what is opened.
  /// @throws store_error, incompatible_store.
  connection(const std::string& path, std::string file, mode how,
             std::chrono::milliseconds busy_timeout);

  [[nodiscard]] sqlite3* raw() const noexcept { return raw_; }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  /// The statement of this text, prepared once. `sql` must be a string literal: its address is the
  /// key.
  statement& prepared(const char* sql);

  /// Runs one statement, or several, that need no preparing. @throws store_error.
  void execute(const char* sql, stage when = stage::step);

  /// The first column of the first row of a PRAGMA or query.
  [[nodiscard]] std::string ask(const char* sql, stage when = stage::step);

  /// Whether the last connection of a file copies the write-ahead log into it when it closes. It
  /// does unless told otherwise.
  void checkpoint_on_close(bool wanted) noexcept;

  [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(raw_) == 0; }

  void begin_immediate();
  /// Begins if nobody else writes, or stops within `at_most`. False if not. @throws store_error.
  [[nodiscard]] bool begin_soon(std::chrono::milliseconds at_most);

  void commit() override;
  void rollback() noexcept;

  /// What handlers ran on this connection.
  [[nodiscard]] handler_statements& handlers() noexcept { return handlers_; }

  [[nodiscard]] const sql::record_sql& texts() const noexcept override;
  void run_script(std::string_view sql) override { handlers_.run_script(sql); }
  void try_out(const sql_trial& trial) override { handlers_.try_out(trial); }

 private:
  std::int64_t do_run(const char* sql, std::span<const sql::value> with,
                      const std::function<void(const sql::row&)>& each) override;

  std::string file_;
  SQLite::Database database_;
  sqlite3* raw_;
  std::chrono::milliseconds busy_timeout_;
  std::unordered_map<const char*, statement> own_;
  handler_statements handlers_;
};

/// A transaction that rolls back unless it is committed.
class transaction {
 public:
  explicit transaction(connection& on) : on_{on} { on_.begin_immediate(); }
  ~transaction() { on_.rollback(); }
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  void commit() { on_.commit(); }

 private:
  connection& on_;
};

} // namespace waymark::sqlite
