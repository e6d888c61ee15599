#pragma once

#include <waymark/messages/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::sql {

/// Who has to act when a database answers with an error; one of the error classes of
/// messages/error.hpp each.
enum class blame : std::uint8_t {
  event,       ///< statement_error
  projection,  ///< projection_error
  store,       ///< store_error
  incompatible ///< incompatible_store
};

/// An error in words.
struct failure_words {
  std::string_view where; ///< Address of the database, for people.
  std::string_view message;
  std::string_view doing;  ///< The SQL, or words; may be empty.
  std::string_view advice; ///< What people can do about it; may be empty.
};

/// Throws what the blame deserves. @param known what is certain, if it is the store's.
[[noreturn]] void raise(blame whose, const failure_words& what, store_error::outcome known);

} // namespace waymark::sql
