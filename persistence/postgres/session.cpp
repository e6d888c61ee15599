#include "persistence/postgres/session.hpp"

#include "persistence/postgres/handler_statements.hpp"
#include "persistence/postgres/record_sql.hpp"
#include "persistence/postgres/round_trip.hpp"
#include "persistence/postgres/session_settings.hpp"
#include "persistence/sql/refusals.hpp"

#include <poll.h>

#include <charconv>

namespace waymark::postgres {

namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    text.pop_back();
  return text;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text != nullptr ? text : "";
}

constexpr const char* show_settings = "SELECT " WAYMARK_SESSION_SETTINGS;

/// What every session is set to. A client that stops in the middle of a transaction must not hold
/// its locks for good.
std::string settings(const address& where, const std::string& set) {
  std::string result;
  for (const char* each :
       {"lock_timeout = '10s'", "timezone = 'UTC'", "datestyle = 'ISO'", "bytea_output = 'hex'",
        "intervalstyle = 'iso_8601'", "extra_float_digits = 1",
        "standard_conforming_strings = on"})
    (result += set) += each + std::string{"; "};
  result += set + "idle_in_transaction_session_timeout = " +
            std::to_string(where.idle_in_transaction.count()) + "; ";
  if (!where.search_path.empty())
    result += set + "search_path = " + where.search_path + "; ";
  return result;
}

} // namespace

std::int64_t rows::changed() const noexcept {
  const std::string_view text{PQcmdTuples(handle_.get())};
  std::int64_t result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

std::int64_t rows::integer(int row, int column) const noexcept {
  const auto bytes = text(row, column);
  std::uint64_t result = bytes.empty() || (bytes.front() & 0x80) == 0 ? 0 : ~std::uint64_t{0};
  for (const char c : bytes)
    result = result << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(result);
}

std::string_view rows::text(int row, int column) const noexcept {
  return {PQgetvalue(handle_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(handle_.get(), row, column))};
}

uuid rows::id(int row, int column) const noexcept {
  uuid result;
  const auto bytes = text(row, column);
  for (std::size_t i = 0; i < result.bytes.size() && i < bytes.size(); ++i)
    result.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  return result;
}

session::session(const address& where, std::string_view purpose)
    : where_{where},
      begin_{"BEGIN; " +
             (where.pooled ? waymark::postgres::settings(where, "SET LOCAL ") : std::string{})},
      handlers_{std::make_unique<handler_statements>(*this)} {
  connection_.reset(PQconnectdb(where.conninfo_for(purpose).c_str()));
  if (!connected())
    raise(
        {"", where.without_password(trimmed(PQerrorMessage(raw()))), where.shown, "connect", false},
        stage::open);
  PQsetNoticeReceiver(
      raw(),
      [](void* ended_by, const PGresult* notice) noexcept {
        const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        const char* code = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
        if (severity && code && std::string_view{severity} == "FATAL")
          static_cast<std::string*>(ended_by)->assign(code); // so short that it needs no memory
      },
      &ended_by_);
  if (!where.pooled)
    opened_with_ = execute(waymark::postgres::settings(where, "SET ") + show_settings, stage::open)
                       .text(0, 0);
}

session::~session() = default;

bool session::sound() const noexcept {
  return connected() && ended_by_.empty() && !retired_ &&
         PQtransactionStatus(raw()) == PQTRANS_IDLE;
}

void session::begin_for_handlers(std::string_view more) {
  more_ = more;
  if (!where_.pooled && more.empty()) {
    settings_ = opened_with_;
    return begin();
  }
  settings_ = execute(begin_ + std::string{more} + show_settings).text(0, 0);
}

void session::begin_ahead(const char* check, params with) {
  settings_ = opened_with_;
  more_.clear();
  put_off_.emplace(opening{check, std::move(with)});
}

bool session::begins_otherwise() {
  rollback();
  const auto now = execute(begin_ + more_ + show_settings);
  rollback();
  return now.text(0, 0) != settings_;
}

std::string session::current_settings() {
  return std::string{execute(show_settings).text(0, 0)};
}

void session::require_settings(std::string_view before, std::string_view script) {
  const auto now = current_settings();
  const std::string change{changed_setting(before, now)};
  if (change.empty())
    return;
  rollback(); // which takes back what the script has set
  if (current_settings().find(change) != std::string::npos)
    throw store_error{where_.shown + ": the server's settings have changed meanwhile (" +
                      where_.without_password(change) + ")"};
  throw projection_error{where_.shown + ": a statement has changed its session, which others use "
                                        "too (" +
                         where_.without_password(change) + "): " + sql::in_quotes(script)};
}

void session::begin_now() {
  if (!put_off_)
    return;
  round_trip trip{*this};
  trip.send();
  (void)trip.answers();
}

void session::refuse() {
  refused_ = true;
  throw store_error{where_.shown + ": another owner has this shard by now"};
}

void session::look_for_end() noexcept {
  pollfd at{PQsocket(raw()), POLLIN, 0};
  if (::poll(&at, 1, 0) == 0)
    return;
  (void)PQconsumeInput(raw());
  (void)PQisBusy(raw()); // hands what has arrived to the notice receiver
}

void session::require_not_ended(std::string_view doing) {
  if (connected() && ended_by_.empty())
    return;
  last_sqlstate_ = ended_by_;
  raise({ended_by_, "the server ended the session", where_.shown, std::string{doing}, false},
        stage::handler);
}

const std::string& session::prepared(const char* sql, const params& with, stage when) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    const auto name = "waymark" + std::to_string(prepared_.size());
    const auto text = where_.with_schema(sql);
    if (!where_.pooled)
      (void)take(PQprepare(raw(), name.c_str(), text.c_str(), with.size(), with.types()), sql,
                 when);
    found = prepared_.emplace(sql, where_.pooled ? text : name).first;
  }
  return found->second;
}

rows session::run(const char* sql, const params& with, stage when) {
  begin_now();
  const auto& name = prepared(sql, with, when);
  if (where_.pooled)
    return take(PQexecParams(raw(), name.c_str(), with.size(), with.types(), with.values(),
                             with.lengths(), with.formats(), 1),
                sql, when);
  return take(PQexecPrepared(raw(), name.c_str(), with.size(), with.values(), with.lengths(),
                             with.formats(), 1),
              sql, when);
}

std::int64_t session::do_run(const char* sql, std::span<const sql::value> with,
                             const std::function<void(const sql::row&)>& each) {
  params all;
  for (const auto& value : with)
    std::visit([&](const auto& is) { all.add(is); }, value);
  const auto found = run(sql, all);
  for (int row = 0; each && row < found.size(); ++row)
    each(row_of{found, row});
  return found.changed();
}

const sql::record_sql& session::texts() const noexcept {
  return record_texts;
}

void session::run_script(std::string_view sql) {
  handlers_->run_script(sql);
}

// After an error the server takes nothing but a rollback, so each trial has a savepoint to go back
// to. What a trial has made stays for the next ones.
void session::try_out(const sql_trial& trial) {
  (void)execute("SAVEPOINT trial");
  try {
    handlers_->try_out(trial);
  } catch (...) {
    (void)execute("ROLLBACK TO SAVEPOINT trial; RELEASE SAVEPOINT trial");
    throw;
  }
  (void)execute("RELEASE SAVEPOINT trial");
}

rows session::execute(std::string_view sql, stage when) {
  begin_now();
  return take(PQexec(raw(), where_.with_schema(sql).c_str()), sql, when);
}

rows session::take(PGresult* result, std::string_view doing, stage when) {
  rows taken{result};
  const auto status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
    return taken;
  auto message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty())
    message = status == PGRES_EMPTY_QUERY ? "there is no SQL statement" : PQerrorMessage(raw());
  auto sqlstate = field(result, PG_DIAG_SQLSTATE);
  if (sqlstate.empty() && !connected())
    sqlstate = ended_by_;
  if (status == PGRES_EMPTY_QUERY)
    sqlstate = "42601";
  last_sqlstate_ = sqlstate;
  if (sqlstate == "26000" || sqlstate == "42P05") // its statements are not those that it prepared
    retire();
  if (when == stage::commit) // looked for before words of it are masked as if they were a password
    if (const auto settings = settings_refused(sqlstate, message))
      throw refused_checkpoint{*settings};
  if (const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty())
    message += " (" + detail + ")";
  raise({sqlstate, where_.without_password(trimmed(message)), where_.shown, std::string{doing},
         connected()},
        when);
}

void session::commit() {
  try {
    require_committed(execute("COMMIT", stage::commit));
  } catch (...) {
    rollback();
    throw;
  }
}

void session::require_committed(const rows& done) const {
  if (std::string_view{PQcmdStatus(done.raw())} != "COMMIT")
    throw statement_error{where_.shown + ": a statement of the transaction had failed, so the "
                                         "server rolled all of it back"};
}

void session::rollback() noexcept {
  put_off_.reset();
  refused_ = false;
  if (connected() && PQtransactionStatus(raw()) != PQTRANS_IDLE)
    PQclear(PQexec(raw(), "ROLLBACK"));
}

} // namespace waymark::postgres
