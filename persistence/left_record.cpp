#include "persistence/left_record.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace waymark {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto keep_for = std::chrono::hours{24 * 30};
constexpr std::size_t keep_at_most = 100;
constexpr auto young = 1min; // whoever has just made a file may not have locked it yet

} // namespace

left_record::left_record(std::string path)
    : path_{std::move(path)},
      file_{path_.empty() ? -1 : ::open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC)} {}

left_record::~left_record() {
  if (file_ >= 0)
    ::close(file_);
}

crash_page* left_record::read() {
  const auto count = file_ < 0 ? 0 : ::pread(file_, bytes_.data(), bytes_.size(), 0);
  auto* page = reinterpret_cast<crash_page*>(bytes_.data());
  const bool whole = count == static_cast<ssize_t>(bytes_.size()) &&
                     page->kind == crash_page::magic;
  return whole ? page : nullptr;
}

bool left_record::lock() {
  return file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0;
}

void left_record::forget(std::uint64_t attempt) {
  auto* page = read();
  if (!page)
    return;
  for (auto& each : page->slots)
    if (each.attempt == attempt)
      each.attempt = 0;
  if (!page->any_attempt())
    remove();
  else
    static_cast<void>(!::pwrite(file_, bytes_.data(), bytes_.size(), 0));
}

void left_record::remove() noexcept {
  ::unlink(path_.c_str());
}

void remove_old_records(const std::string& folder) {
  std::error_code problem;
  const auto now = fs::file_time_type::clock::now();
  std::vector<std::pair<fs::file_time_type, std::string>> kept;
  const fs::directory_iterator end;
  for (fs::directory_iterator each{folder, problem}; each != end; each.increment(problem)) {
    std::error_code gone; // somebody else has removed it meanwhile
    const auto written = each->last_write_time(gone);
    if (gone || each->path().filename().string().rfind("crash-", 0) != 0 || now - written < young)
      continue;
    left_record found{each->path().string()};
    if (!found.lock())
      continue;
    const auto* page = found.read();
    if (now - written > keep_for || !page || !page->any_attempt())
      found.remove();
    else
      kept.emplace_back(written, each->path().string());
  }
  std::sort(kept.begin(), kept.end(), std::greater<>{});
  for (auto i = keep_at_most; i < kept.size(); ++i)
    if (left_record found{kept[i].second}; found.lock())
      found.remove();
}

} // namespace waymark
