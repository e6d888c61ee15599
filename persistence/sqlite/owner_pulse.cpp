#include "persistence/sqlite/owner_pulse.hpp"

#include <waymark/messages/hash.hpp>

#include <filesystem>
#include <fstream>

namespace waymark::sqlite {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending{"-owner-"};
constexpr auto keep_for = std::chrono::hours{24};

} // namespace

// As SQLite does with its own files beside the database, links are followed first, so that all
// processes look at the same place.
std::string owner_pulse::file_of(std::string_view owner) const {
  std::error_code problem;
  const auto real = fs::canonical(path_, problem);
  return (problem ? path_ : real.string()) + std::string{ending} + hex(fnv1a(owner));
}

// The file is replaced as a whole, so that others see it as it was or as it is. If the process dies
// between any two of these lines, what it leaves is removed a day later.
void owner_pulse::beat(std::string_view owner, timestamp now) {
  const std::lock_guard lock{mutex_};
  const bool first = beats_.insert_or_assign(std::string{owner}, now).second;
  if (path_.empty())
    return;
  if (first)
    remove_old();
  const auto file = file_of(owner);
  const auto next = file + ".new";
  std::ofstream{next} << now.time_since_epoch().count() << ' ' << owner << '\n';
  std::error_code ignored;
  fs::rename(next, file, ignored);
}

void owner_pulse::rest(std::string_view owner) {
  const std::lock_guard lock{mutex_};
  const auto found = beats_.find(owner);
  if (found == beats_.end())
    return;
  beats_.erase(found);
  std::error_code ignored;
  if (!path_.empty())
    fs::remove(file_of(owner), ignored);
}

std::optional<timestamp> owner_pulse::last(std::string_view owner) const {
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = beats_.find(owner); found != beats_.end())
      return found->second;
  }
  if (path_.empty())
    return std::nullopt;
  std::ifstream file{file_of(owner)};
  std::int64_t time = 0;
  std::string whose;
  if (!(file >> time >> std::ws) || !std::getline(file, whose) || whose != owner)
    return std::nullopt;
  return timestamp{std::chrono::microseconds{time}};
}

void owner_pulse::remove_old() const {
  std::error_code ignored;
  const fs::path any{file_of("")};
  const auto file = any.filename().string();
  const auto begin = file.substr(0, file.rfind(ending) + ending.size());
  const auto now = fs::file_time_type::clock::now();
  for (const auto& each : fs::directory_iterator{any.parent_path(), ignored})
    if (each.path().filename().string().starts_with(begin) &&
        now - each.last_write_time(ignored) > keep_for)
      fs::remove(each.path(), ignored);
}

} // namespace waymark::sqlite
