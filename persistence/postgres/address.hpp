#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace waymark::postgres {

/// The longest time that the server takes in a setting, rounded down: it counts them in 31 bits.
inline constexpr std::chrono::milliseconds longest_setting = std::chrono::hours{24 * 24};

/// Where a database is and how waymark uses it, from an address like
/// `postgresql://user@host/shop?schema=waymark&max_sessions=8`. What is not waymark's own goes to
/// libpq as it is (TLS, several hosts, a service file).
struct address {
  std::string conninfo; ///< For libpq; may hold a password, so it is never shown.
  std::string password; ///< What must not be in any message; may be empty.
  std::string shown;    ///< For people: without passwords and without what they need not know.

  std::string schema = "waymark";     ///< `schema=`: where waymark's tables stand.
  int max_sessions = 8;               ///< `max_sessions=`: units of work at the same time.
  bool verify = false;                ///< `schema_mode=verify`: create and upgrade nothing.
  bool prepared_transactions = false; ///< `prepared_transactions=allow`.
  /// `pooled=transaction`: behind a pooler that may give each transaction another server session.
  bool pooled = false;
  /// After which the server ends a session that does nothing in a transaction; not in the address.
  std::chrono::milliseconds idle_in_transaction{60'000};
  std::string search_path; ///< `search_path=`, as SQL takes it; empty for the role's own.

  /// @throws usage_error that does not repeat the address.
  [[nodiscard]] static address parse(std::string_view text);

  /// `conninfo` for a connection that pg_stat_activity shows under a name.
  [[nodiscard]] std::string conninfo_for(std::string_view purpose) const;

  /// `text` without the password, wherever it stands in it.
  [[nodiscard]] std::string without_password(std::string text) const;

  /// `sql` with the schema's name in place of `{schema}`, and bare in place of `{schema_name}`.
  [[nodiscard]] std::string with_schema(std::string_view sql) const;
};

/// An identifier in quotes, as SQL takes it whatever its characters.
[[nodiscard]] std::string quoted_name(std::string_view name);

} // namespace waymark::postgres
