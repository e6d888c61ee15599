#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace waymark {

/// Who has to do something about a failure. The decision between retry, give-up, restart and
/// standstill is made from this alone (guarantee G5).
enum class fault : std::uint8_t {
  event,      ///< This event and no other: its data, or the handler when given it.
  projection, ///< The projection's code or its tables: no event will fare better until mended.
  store,      ///< The store is not able to serve now: the same call may succeed later.
};

[[nodiscard]] const char* to_string(fault who) noexcept;

/// Base of everything waymark throws. The text says what failed, for whom, and what to do.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  /// Whether the same call may succeed later with nothing changed by the caller.
  [[nodiscard]] virtual bool retryable() const noexcept { return false; }
};

/// The call, option or input is wrong as it stands; nothing was changed.
class usage_error : public error {
 public:
  using error::error;
};

/// A handler has called what would wait for that very handler. It is wrong, whichever event it was
/// given (fault::projection).
class call_inside_handler : public usage_error {
 public:
  using usage_error::usage_error;
};

/// An append expected another version of the stream. Nothing was written: read the stream again and
/// decide anew.
class version_conflict : public error {
 public:
  version_conflict(const std::string& what, std::int64_t actual_version)
      : error{what}, actual_version_{actual_version} {}

  /// The stream's version in the store; 0 if there is no such stream.
  [[nodiscard]] std::int64_t actual_version() const noexcept { return actual_version_; }

 private:
  std::int64_t actual_version_;
};

/// An append held an event id that the log already has elsewhere, or some ids that are known and
/// some that are new. Nothing was written.
class duplicate_event : public error {
 public:
  using error::error;
};

/// The store can't serve now: no connection, a lock held by another, a full disk.
class store_error : public error {
 public:
  /// Whether the store is known to have done nothing.
  enum class outcome : std::uint8_t { nothing_done, unknown };

  explicit store_error(const std::string& what, outcome known = outcome::nothing_done)
      : error{what}, outcome_{known} {}

  [[nodiscard]] bool retryable() const noexcept override { return true; }

  /// True if the reply was lost: the call may or may not have taken effect.
  [[nodiscard]] bool outcome_unknown() const noexcept { return outcome_ == outcome::unknown; }

 private:
  outcome outcome_;
};

/// The store is not one that this program can use: another program's file, a damaged one, or a
/// schema newer than the program. Nothing was changed.
class incompatible_store : public error {
 public:
  using error::error;
};

/// A projection's own code, SQL or tables are at fault (fault::projection).
class projection_error : public error {
 public:
  using error::error;
};

/// A statement failed because of the values it was given, e.g. a constraint (fault::event).
class statement_error : public error {
 public:
  using error::error;
};

/// An event's payload can't be turned into what the handler wants.
class decode_error : public error {
 public:
  using error::error;
};

/// A wait ended before what it waited for. The text says why the projection is where it is.
class timeout_error : public error {
 public:
  using error::error;
  [[nodiscard]] bool retryable() const noexcept override { return true; }
};

/// What was asked of the engine can't be done now: something that hangs holds what it needs, or is
/// the supervisor that has to do it. The text says what.
class not_possible_now : public error {
 public:
  using error::error;
  [[nodiscard]] bool retryable() const noexcept override { return true; }
};

/// A projection has come to a stand (failed, stopped, diverged, ended) before the end of what was
/// to be done. The text says why; once that is mended, `resume` it.
class projection_stands : public error {
 public:
  using error::error;
};

/// Sorts whatever a handler or a store call threw by who has to act: `store_error` the store,
/// `projection_error`, `incompatible_store` and `call_inside_handler` the projection, anything else
/// the event.
[[nodiscard]] fault fault_of(const std::exception& e) noexcept;

} // namespace waymark
