#pragma once

#include <optional>
#include <string>
#include <string_view>

#define WAYMARK_SETTING(name)                                                                      \
  "pg_catalog.concat('" name " = ', pg_catalog.current_setting('" name "'))"

/// Settings of a session that a handler could change and whoever has the session next would notice:
/// each in a line of one text.
#define WAYMARK_SESSION_SETTINGS                                                                   \
  "pg_catalog.concat_ws(E'\\n'"                                                                    \
  ", " WAYMARK_SETTING("client_encoding")                                                          \
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
  ", " WAYMARK_SETTING("standard_conforming_strings")                                              \
  ", " WAYMARK_SETTING("transform_null_equals")                                                    \
  ", " WAYMARK_SETTING("default_text_search_config")                                               \
  ", " WAYMARK_SETTING("lc_monetary")                                                              \
  ", " WAYMARK_SETTING("lc_numeric")                                                               \
  ", " WAYMARK_SETTING("lc_time")                                                                  \
  ")"

/// What the statement of the checkpoint fails with, before the settings that it found and a '>'.
#define WAYMARK_SETTINGS_REFUSED "waymark rolls back: another owner, or changed settings <"

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

/// The settings that the statement of the checkpoint has failed for, empty if there was no row of
/// this owner; nothing if it has failed for something else. `message` is the server's own, in its
/// language.
[[nodiscard]] inline std::optional<std::string_view>
settings_refused(std::string_view sqlstate, std::string_view message) noexcept {
  constexpr std::string_view before = WAYMARK_SETTINGS_REFUSED;
  constexpr std::string_view not_a_number = "22P02";
  const auto begin = message.find(before);
  const auto end = message.rfind('>'); // each language has quotes of its own
  if (sqlstate != not_a_number || begin == message.npos || end == message.npos ||
      end < begin + before.size())
    return std::nullopt;
  return message.substr(begin + before.size(), end - begin - before.size());
}

} // namespace waymark::postgres
