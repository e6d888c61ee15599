#pragma once

#include "persistence/sql/fault.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::postgres {

/// What was under way when the server answered with an error.
enum class stage : std::uint8_t { open, handler, script, query, own, append, commit };

using sql::blame;

/// Sorts an SQLSTATE (empty: the connection is gone) of a handler's statement. Pure; the one table
/// of its kind.
[[nodiscard]] blame judge(std::string_view sqlstate) noexcept;

/// What people can do about a code; may be empty.
[[nodiscard]] std::string_view advice(std::string_view sqlstate) noexcept;

/// What is certain after a COMMIT, or a statement that commits by itself, was answered with
/// `sqlstate`. Nothing, once the connection is gone.
[[nodiscard]] store_error::outcome outcome_of_commit(std::string_view sqlstate,
                                                     bool connected) noexcept;

/// An error as the server or libpq gave it.
struct failure {
  std::string sqlstate;
  std::string message;
  std::string where; ///< Address of the database, for people.
  std::string doing; ///< The SQL, or words.
  bool connected = true;
};

/// Throws what `stage` deserves. Nobody's event and no projection is to blame for waymark's own
/// statements.
[[noreturn]] void raise(const failure& what, stage when);

} // namespace waymark::postgres
