#include "persistence/sqlite/file_identity.hpp"

#include <waymark/messages/error.hpp>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace waymark::sqlite {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw store_error{"sqlite:" + path + ": " + why};
}

/// Says what access() found.
[[noreturn]] void refuse_to_write(const std::string& path, const std::string& why) {
  if (errno == EROFS)
    refuse(path, "its file system is mounted read-only; mount it for writing, or name a file on "
                 "another one");
  refuse(path, why);
}

void check_folder(const std::string& path) {
  auto folder = fs::path{path}.parent_path();
  if (folder.empty())
    folder = ".";
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    refuse(path, "there is no folder " + folder.string() + "; create it first");
  // SQLite keeps the write-ahead log beside the file.
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    refuse_to_write(path, "the folder " + folder.string() +
                              " may not be written by this user, and SQLite keeps its -wal file "
                              "there; see its permissions, or name a file in another folder");
}

void check_header(const std::string& path) {
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  std::ifstream file{path, std::ios::binary};
  std::array<char, 16> start{};
  file.read(start.data(), start.size());
  const auto size = static_cast<std::size_t>(file.gcount());
  if (size != 0 && std::string_view{start.data(), size} != magic)
    throw incompatible_store{"sqlite:" + path +
                             ": this is not a SQLite database; it was left as it is, give another "
                             "file name"};
}

} // namespace

std::optional<file_identity> identity_of(const std::string& path) noexcept {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return std::nullopt;
  return file_identity{static_cast<std::uint64_t>(found.st_dev),
                       static_cast<std::uint64_t>(found.st_ino)};
}

void check_file(const std::string& path, bool create) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_directory(status))
    refuse(path, "this is a folder, not a file");
  check_folder(path);
  if (!fs::exists(status)) {
    if (!create)
      refuse(path, "there is no such file");
    return;
  }
  if (!fs::is_regular_file(status))
    refuse(path, "this is not a regular file");
  if (::access(path.c_str(), R_OK | W_OK) != 0)
    refuse_to_write(path, "the file may not be read and written by this user; see its permissions");
  check_header(path);
}

} // namespace waymark::sqlite
