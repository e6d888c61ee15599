#include "log_files.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace history {
namespace {

constexpr std::string_view current_name = "dpkg.log";
constexpr int rotation_tries = 10;

/// Sorts the parts of a log from oldest to newest.
struct age {
  int kind = 0; // 0: with a date, 1: numbered, 2: the log that dpkg writes to
  long order = 0;
  friend auto operator<=>(const age&, const age&) = default;
};

std::optional<long> whole_number(std::string_view digits) {
  long value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stopped != end || value < 0)
    return std::nullopt;
  return value;
}

std::optional<age> age_of(std::string_view name) {
  if (name == current_name)
    return age{2, 0};
  if (name.substr(0, current_name.size()) != current_name)
    return std::nullopt;
  auto suffix = name.substr(current_name.size());
  if (suffix.size() > 3 && suffix.substr(suffix.size() - 3) == ".gz")
    suffix.remove_suffix(3);
  const auto number = suffix.empty() ? std::nullopt : whole_number(suffix.substr(1));
  if (!number || (suffix[0] != '.' && suffix[0] != '-'))
    return std::nullopt;
  return suffix[0] == '-' ? age{0, *number} : age{1, -*number};
}

/// Opens what was found; nothing if a file went away meanwhile.
std::optional<std::vector<line_reader>> open_all(const std::vector<std::filesystem::path>& paths) {
  std::vector<line_reader> opened;
  for (const auto& path : paths) {
    try {
      opened.emplace_back(path.string());
    } catch (const log_error&) {
      std::error_code ignored;
      if (std::filesystem::exists(path, ignored))
        throw;
      return std::nullopt;
    }
  }
  return opened;
}

/// Whether the names still lead to the files that were opened by them.
bool unchanged(const std::filesystem::path& folder, const std::vector<line_reader>& opened) {
  const auto paths = find_logs(folder);
  return std::equal(paths.begin(), paths.end(), opened.begin(), opened.end(),
                    [](const std::filesystem::path& path, const line_reader& reader) {
                      struct stat info {};
                      return path == reader.path() && ::stat(path.c_str(), &info) == 0 &&
                             info.st_ino == reader.inode();
                    });
}

} // namespace

std::vector<std::string> oldest_first(const std::vector<std::string>& names) {
  std::map<age, std::string> parts;
  for (const auto& name : names)
    if (const auto when = age_of(name)) {
      auto& part = parts[*when];
      if (part.empty() || name.size() < part.size())
        part = name;
    }
  std::vector<std::string> result;
  for (auto& [when, name] : parts)
    result.push_back(std::move(name));
  return result;
}

std::vector<std::filesystem::path> find_logs(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator i{folder, error}, end; !error && i != end;
       i.increment(error))
    names.push_back(i->path().filename().string());
  if (error)
    throw log_error{folder.string() + ": " + error.message()};
  std::vector<std::filesystem::path> result;
  for (const auto& name : oldest_first(names))
    result.push_back(folder / name);
  return result;
}

std::vector<line_reader> open_logs(const std::filesystem::path& folder) {
  for (int i = 0; i < rotation_tries; ++i) {
    auto opened = open_all(find_logs(folder));
    if (opened && unchanged(folder, *opened))
      return std::move(*opened);
  }
  throw log_error{folder.string() + ": the logs are renamed all the time; try again"};
}

} // namespace history
