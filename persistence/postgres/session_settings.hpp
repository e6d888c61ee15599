#pragma once

#include <string>
#include <string_view>

#define WAYMARK_SETTING(name)                                                                      \
  "pg_catalog.concat('" name " = ', pg_catalog.current_setting('" name "'))"

/// Settings of a session that a handler could change and whoever has the session next would notice:
/// each in a line of one text.
#define WAYMARK_SESSION_SETTINGS                                                                   \
  "pg_catalog.concat_ws(E'\\n'"                                                                    \
  ", " WAYMARK_SETTING("search_path")                                                              \
  ", " WAYMARK_SETTING("role")                                                                     \
  ", " WAYMARK_SETTING("session_authorization")                                                    \
  ", " WAYMARK_SETTING("synchronous_commit")                                                       \
  ", " WAYMARK_SETTING("statement_timeout")                                                        \
  ", " WAYMARK_SETTING("lock_timeout")                                                             \
  ", " WAYMARK_SETTING("idle_in_transaction_session_timeout")                                      \
  ", " WAYMARK_SETTING("default_transaction_isolation")                                            \
  ", " WAYMARK_SETTING("default_transaction_read_only")                                            \
  ", " WAYMARK_SETTING("session_replication_role")                                                 \
  ", " WAYMARK_SETTING("row_security")                                                             \
  ", " WAYMARK_SETTING("timezone")                                                                 \
  ", " WAYMARK_SETTING("datestyle")                                                                \
  ", " WAYMARK_SETTING("intervalstyle")                                                            \
  ", " WAYMARK_SETTING("bytea_output")                                                             \
  ", " WAYMARK_SETTING("extra_float_digits")                                                       \
  ")"

namespace waymark::postgres {

/// The first line of `now` that is another in `before`; empty if all are the same.
[[nodiscard]] inline std::string_view changed_setting(std::string_view before,
                                                      std::string_view now) noexcept {
  while (!now.empty()) {
    const auto line = now.substr(0, now.find('\n'));
    if (before.substr(0, before.find('\n')) != line)
      return line;
    now.remove_prefix(line.size() < now.size() ? line.size() + 1 : line.size());
    before.remove_prefix(line.size() < before.size() ? line.size() + 1 : line.size());
  }
  return {};
}

} // namespace waymark::postgres
