#pragma once

#include "line_reader.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace history {

/// The log that dpkg writes in `folder`, with its rotated parts, oldest first:
/// dpkg.log.3.gz, dpkg.log.2.gz, dpkg.log.1, dpkg.log; or, where logrotate uses dates,
/// dpkg.log-20250401.gz, dpkg.log-20250501, dpkg.log. A part that is there twice, since it is being
/// compressed right now, is listed once, uncompressed.
[[nodiscard]] std::vector<std::filesystem::path> find_logs(const std::filesystem::path& folder);

/// The same for names alone. Pure.
[[nodiscard]] std::vector<std::string> oldest_first(const std::vector<std::string>& names);

/// Finds and opens them, so that a rotation in the midst of it neither hides a part nor shows one
/// twice. @throws log_error if one can't be opened.
[[nodiscard]] std::vector<line_reader> open_logs(const std::filesystem::path& folder);

} // namespace history
