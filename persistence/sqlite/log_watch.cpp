#include "persistence/sqlite/log_watch.hpp"

#include "messages/deadline.hpp"
#include "persistence/fault_point.hpp"

#include <algorithm>

namespace waymark::sqlite {

namespace {

/// After this long without a commit the write-ahead log is copied into the file.
constexpr std::chrono::seconds idle_before_tidy{1};

} // namespace

// Its statement ends here: what is read after it is read as it is then, and not as it was.
std::int64_t log_watch::version_of_data() {
  auto& version = reader_->prepared("PRAGMA data_version");
  const running asking{version};
  return version.step() ? version.integer(0) : 0;
}

void log_watch::look(database& at) {
  const auto now = version_of_data();
  fault_point("log.version_seen");
  if (now != data_version_) {
    auto& last = reader_->prepared("SELECT max(position) FROM waymark_events");
    const running scope{last};
    {
      // Not the greatest ever seen: an older copy may have been restored into the file. An append
      // that commits meanwhile waits for the lock, and then tells what is newer.
      auto& growth = at.growth();
      const std::lock_guard known{growth.mutex};
      growth.head = last.step() ? last.integer(0) : 0;
    }
    at.growth().grown.notify_all();
    data_version_ = now;
    changed_at_ = std::chrono::steady_clock::now();
    tidied_ = false;
  } else if (!tidied_ && std::chrono::steady_clock::now() - changed_at_ > idle_before_tidy) {
    tidied_ = true;
    at.tidy();
  }
}

position_t log_watch::head() {
  const std::lock_guard lock{mutex_};
  const auto database = of_->get();
  database->require_same_file();
  if (looked_at_ != database) {
    reader_.reset();
    reader_ = database->open_reader();
    looked_at_ = database;
    data_version_ = -1;
  }
  look(*database);
  auto& growth = database->growth();
  const std::lock_guard known{growth.mutex};
  return growth.head;
}

position_t log_watch::wait_for(position_t after, std::chrono::milliseconds timeout) {
  const auto deadline = deadline_in(timeout);
  for (;;) {
    const auto found = head();
    const auto now = std::chrono::steady_clock::now();
    if (found > after || now >= deadline)
      return found;
    const auto until = std::min(deadline, now + of_->options().poll_interval);
    const auto database = of_->get();
    auto& growth = database->growth();
    std::unique_lock lock{growth.mutex};
    growth.grown.wait_until(lock, until, [&] { return growth.head > after; });
  }
}

} // namespace waymark::sqlite
