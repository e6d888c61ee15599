#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace waymark::sqlite {

/// Tells two files apart, whatever they are called.
struct file_identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend auto operator<=>(const file_identity&, const file_identity&) = default;
};

/// Of the file at `path`, links followed; empty if there is none.
[[nodiscard]] std::optional<file_identity> identity_of(const std::string& path) noexcept;

/// Says why `path` can't be a database, before anything is opened or changed.
/// @throws store_error for what may be mended from outside (folder, permissions),
/// incompatible_store
///   for a file that is no SQLite database.
void check_file(const std::string& path, bool create);

} // namespace waymark::sqlite
