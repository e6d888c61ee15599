#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::postgres {

/// A table as a statement names it: in lower case unless in quotes; the schema may be empty.
struct table_name {
  std::string schema;
  std::string table;
};

/// The tables that `sql` says it writes, empties, alters or drops, common table expressions and the
/// bodies of DO included. What a function or a trigger does behind it is not seen.
[[nodiscard]] std::vector<table_name> written_tables(std::string_view sql);

/// The function that `sql` calls and that would leave a setting or a lock on its session; none if
/// empty. The bodies of DO are looked into, and the texts in them. What a function of the user's
/// does is not seen.
[[nodiscard]] std::string_view call_that_outlives_transaction(std::string_view sql);

/// Whether waymark keeps a table of this name in its schema.
[[nodiscard]] bool is_table_of_waymark(std::string_view name) noexcept;

} // namespace waymark::postgres
