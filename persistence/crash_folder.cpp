#include "persistence/crash_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace waymark {

namespace {

namespace fs = std::filesystem;

struct place {
  fs::path folder;
  bool named; ///< By whoever started the process, so nobody else has laid a link there.
};

bool is_ours_alone(const fs::path& folder) {
  struct stat found {};
  return ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
         found.st_uid == ::geteuid() && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Empty if it can't be used.
std::string usable(const place& at) {
  std::error_code problem;
  if (!at.folder.is_absolute())
    return {};
  if (at.folder.has_parent_path())
    fs::create_directories(at.folder.parent_path(), problem);
  ::mkdir(at.folder.c_str(), 0700);
  const auto real = at.named ? fs::canonical(at.folder, problem) : at.folder;
  return is_ours_alone(real) ? real.string() : std::string{};
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::vector<place> places() {
  if (const auto own = variable("WAYMARK_STATE_DIR"); !own.empty())
    return {{own, true}};
  std::vector<place> all;
  if (const auto service = variable("STATE_DIRECTORY"); !service.empty())
    all.push_back({service.substr(0, service.find(':')), true});
  if (const auto state = variable("XDG_STATE_HOME"); !state.empty())
    all.push_back({fs::path{state} / "waymark", true});
  if (const auto home = variable("HOME"); !home.empty())
    all.push_back({fs::path{home} / ".local/state/waymark", true});
  std::error_code ignored;
  all.push_back({fs::temp_directory_path(ignored) / ("waymark-" + std::to_string(::geteuid())),
                 false});
  return all;
}

} // namespace

std::string crash_record_folder() {
  for (const auto& each : places())
    if (auto found = usable(each); !found.empty())
      return found;
  return {};
}

std::string describe_crash_record_folders() {
  std::string text;
  for (const auto& each : places())
    text += (text.empty() ? "" : ", ") + each.folder.string();
  return text;
}

} // namespace waymark
