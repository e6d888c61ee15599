#pragma once

#include <waymark/persistence/event_store.hpp>

#include <cstdint>
#include <mutex>
#include <string>

namespace waymark {

/// Tells whether a log is still the one that was looked at before. It outlives the incarnations of
/// the actor that reads. Thread-safe.
class log_identity {
 public:
  /// A number, 1 or more, that changes when the log has another id or a lower head than it had.
  /// Call it after a read with the head that was read: what was read from another log then comes
  /// with another number. @throws store_error.
  std::uint64_t look(event_store& log, position_t head) {
    auto id = log.log_id();
    const std::lock_guard lock{mutex_};
    if (number_ == 0 || id != id_ || head < head_)
      ++number_;
    id_ = std::move(id);
    head_ = head;
    return number_;
  }

 private:
  std::mutex mutex_;
  std::uint64_t number_ = 0;
  std::string id_;
  position_t head_ = 0;
};

} // namespace waymark
