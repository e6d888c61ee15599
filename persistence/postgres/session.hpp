#pragma once

#include "persistence/postgres/address.hpp"
#include "persistence/postgres/fault.hpp"
#include "persistence/postgres/params.hpp"
#include "persistence/sql/connection.hpp"

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waymark::postgres {

class handler_statements;

/// Rows in binary, of one of waymark's own statements. Rows and columns count from 0.
class rows {
 public:
  explicit rows(PGresult* taken) noexcept : handle_{taken} {}

  [[nodiscard]] int size() const noexcept { return PQntuples(handle_.get()); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::int64_t changed() const noexcept;
  [[nodiscard]] PGresult* raw() const noexcept { return handle_.get(); }

  [[nodiscard]] bool is_null(int row, int column) const noexcept {
    return PQgetisnull(handle_.get(), row, column) != 0;
  }
  /// An int4 or int8; 0 for NULL.
  [[nodiscard]] std::int64_t integer(int row, int column) const noexcept;
  [[nodiscard]] std::string_view text(int row, int column) const noexcept;
  [[nodiscard]] uuid id(int row, int column) const noexcept;
  [[nodiscard]] timestamp time(int row, int column) const noexcept {
    return from_server_time(integer(row, column));
  }

 private:
  struct deleter {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };
  std::unique_ptr<PGresult, deleter> handle_;
};

/// One of them.
class row_of final : public sql::row {
 public:
  /// `all` must outlive it.
  row_of(const rows& all, int at) noexcept : all_{all}, at_{at} {}
  [[nodiscard]] bool is_null(int c) const noexcept override { return all_.is_null(at_, c); }
  [[nodiscard]] std::int64_t integer(int c) const noexcept override { return all_.integer(at_, c); }
  [[nodiscard]] std::string_view text(int c) const noexcept override { return all_.text(at_, c); }
  [[nodiscard]] uuid id(int c) const noexcept override { return all_.id(at_, c); }
  [[nodiscard]] timestamp time(int c) const noexcept override { return all_.time(at_, c); }

 private:
  const rows& all_;
  int at_;
};

/// The server has refused a checkpoint for what it found.
struct refused_checkpoint : statement_error {
  explicit refused_checkpoint(std::string_view now)
      : statement_error{"another owner, or changed settings"}, settings{now} {}
  std::string settings; ///< As `settings_refused` gives them; they may hold a password.
};

/// One connection to the server, with the statements that were prepared on it. Used by one thread
/// at a time. libpq itself and not libpqxx, which knows neither binary results nor arrays in
/// binary.
class session final : public sql::connection {
 public:
  /// @param where must outlive the session. `purpose` shows in pg_stat_activity.
  /// @throws store_error, incompatible_store.
  session(const address& where, std::string_view purpose);
  ~session() override;

  [[nodiscard]] PGconn* raw() const noexcept { return connection_.get(); }
  [[nodiscard]] const address& where() const noexcept { return where_; }

  /// Whether it can be used again: connected, and no transaction open.
  [[nodiscard]] bool sound() const noexcept;
  [[nodiscard]] bool connected() const noexcept { return PQstatus(raw()) == CONNECTION_OK; }
  [[nodiscard]] bool in_transaction() const noexcept {
    return PQtransactionStatus(raw()) == PQTRANS_INTRANS;
  }

  /// Runs one of waymark's own statements, prepared once. In `sql`, `{schema}` is the schema; it
  /// must be a string literal: its address is the key.
  rows run(const char* sql, const params& with = {}, stage when = stage::own);

  /// Runs one statement or several without parameters; `{schema}` as above.
  rows execute(std::string_view sql, stage when = stage::own);

  /// @param more settings for this transaction, as `SET LOCAL …;` statements.
  void begin(std::string_view more = {}) { (void)execute(begin_ + std::string{more}); }
  /// The same for one that handlers run in; see `settings`.
  void begin_for_handlers(std::string_view more);
  /// The same, but puts it off until there is a statement to send with it (round_trip.hpp). `check`
  /// is then run first in it, as `run` would; if it answers no row, the transaction is refused.
  /// What `with` views must outlive the transaction. Not for behind a pooler.
  void begin_ahead(const char* check, params with);
  /// Begins what was put off. @throws store_error also if it is refused.
  void begin_now();
  [[nodiscard]] bool begins_ahead() const noexcept { return put_off_.has_value(); }
  [[nodiscard]] bool refused() const noexcept { return refused_; }
  void commit() override;
  /// Leaves no transaction open, if the connection is still there.
  void rollback() noexcept;

  // For round_trip.
  struct opening {
    const char* check;
    params with;
  };
  [[nodiscard]] const opening* put_off() const noexcept { return put_off_ ? &*put_off_ : nullptr; }
  void forget_put_off() noexcept { put_off_.reset(); }
  [[noreturn]] void refuse();
  /// The name of one of waymark's own statements on the server, once it is prepared; behind a
  /// pooler, where it has none, its text.
  [[nodiscard]] const std::string& prepared(const char* sql, const params& with, stage when);

  /// Throws unless `done` has committed: the server answers COMMIT after a failure by a rollback.
  void require_committed(const rows& done) const;

  /// Takes a result that libpq gave, or throws what it deserves: for a commit also
  /// refused_checkpoint.
  rows take(PGresult* result, std::string_view doing, stage when);

  /// Looks whether the server has ended the session meanwhile, so that the next statement can say
  /// why.
  void look_for_end() noexcept;

  /// Throws what ended the session, as a handler's fault where it is one.
  void require_not_ended(std::string_view doing);

  /// Of the last error; empty if the server gave none.
  [[nodiscard]] const std::string& last_sqlstate() const noexcept { return last_sqlstate_; }

  /// As they were when the transaction of the handlers began.
  [[nodiscard]] const std::string& settings() const noexcept { return settings_; }

  /// As they are now.
  [[nodiscard]] std::string current_settings();

  /// Throws for a setting that is another than `before` while a script runs; rolls back.
  /// @throws projection_error; store_error if the server itself has changed it meanwhile.
  void require_settings(std::string_view before, std::string_view script);

  /// Rolls back and looks whether such a transaction would begin with other settings by now. That
  /// is the server's doing then: what a handler has set goes with the rollback.
  [[nodiscard]] bool begins_otherwise();

  /// It is not to be used again after its transaction.
  void retire() noexcept { retired_ = true; }

  /// What handlers ran on this connection.
  [[nodiscard]] handler_statements& handlers() noexcept { return *handlers_; }

  [[nodiscard]] const sql::record_sql& texts() const noexcept override;
  void run_script(std::string_view sql) override;
  void try_out(const sql_trial& trial) override;

 private:
  std::int64_t do_run(const char* sql, std::span<const sql::value> with,
                      const std::function<void(const sql::row&)>& each) override;

  struct closer {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  const address& where_;
  const std::string begin_; ///< Behind a pooler it makes the settings too.
  std::unique_ptr<PGconn, closer> connection_;
  std::string opened_with_; ///< Its settings; unknown behind a pooler.
  std::string settings_;
  std::string more_; ///< What else the transaction of the handlers has been begun with.
  std::string last_sqlstate_;
  std::string ended_by_; ///< The SQLSTATE with which the server ended the session unasked.
  bool retired_ = false;
  bool refused_ = false;
  std::optional<opening> put_off_;
  std::unordered_map<const char*, std::string> prepared_;
  std::unique_ptr<handler_statements> handlers_;
};

/// The transaction of a session; rolls back unless it is committed.
class transaction {
 public:
  explicit transaction(session& on, std::string_view settings = {}) : on_{on} {
    on_.begin(settings);
  }
  ~transaction() { on_.rollback(); }
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  void commit() { on_.commit(); }

 private:
  session& on_;
};

} // namespace waymark::postgres
