#pragma once

#include "persistence/sql/fault.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::sqlite {

/// What was under way when SQLite answered with an error.
enum class stage : std::uint8_t { open, prepare, step, commit };

using sql::blame;

/// Sorts a result code (plain or extended). Pure; the one table of its kind.
[[nodiscard]] blame judge(int code, stage when) noexcept;

/// What people can do about a code; may be empty.
[[nodiscard]] std::string_view advice(int code) noexcept;

/// What is certain after a COMMIT that failed with `code` and was rolled back. Only a failed sync
/// leaves a doubt: the pages stand in the write-ahead log, and a crash before they are overwritten
/// would find a whole transaction there.
[[nodiscard]] store_error::outcome outcome_of_commit(int code) noexcept;

/// An error as SQLite gave it.
struct failure {
  int code = 0;
  std::string message;
  std::string_view file;  ///< Address of the database, for people.
  std::string_view doing; ///< The SQL, or words.
};

/// Throws what a statement of a handler deserves.
[[noreturn]] void raise_for_handler(const failure& what, stage when);

/// Throws what one of waymark's own statements deserves: nobody's event and no projection is to
/// blame for it.
[[noreturn]] void raise_for_store(const failure& what, stage when);

} // namespace waymark::sqlite
