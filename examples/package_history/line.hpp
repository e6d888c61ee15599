#pragma once

#include "events.hpp"

#include <waymark/messages/timestamp.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace history {

/// What one line of the log says.
using line_event =
    std::variant<install_begun, upgrade_begun, configure_begun, triggers_begun, removal_begun,
                 purge_begun, package_disappeared, status_changed, conffile_decided, dpkg_started>;

/// The outcome of reading one line: an event, or the reason why there is none.
struct parsed_line {
  std::optional<line_event> event;
  std::string problem; ///< In words; empty if there is an event.
};

/// Lines longer than this are not dpkg's.
inline constexpr std::size_t max_line_bytes = 4096;

/// Reads one line, without its newline. Pure; takes any bytes.
[[nodiscard]] parsed_line parse_line(std::string_view text);

/// The moment that a local time ("2025-05-20 12:00:00") names in this machine's time zone, which is
/// the zone dpkg wrote it in. The hour that a change from summer time repeats is taken as mktime(3)
/// takes it: nothing depends on it, since order comes from the log and days from the text.
/// @returns nothing if it is not a time.
[[nodiscard]] std::optional<waymark::timestamp> local_time(std::string_view text);

/// The bytes as text: what is not printable UTF-8 becomes \xNN, and a backslash is doubled.
[[nodiscard]] std::string escaped(std::string_view bytes);

} // namespace history
