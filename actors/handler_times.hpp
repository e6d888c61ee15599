#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace waymark {

/// Where the time of one shard's handlers went in the last seconds. Thread-safe; told once for a
/// batch and type of event.
class handler_times {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds window{10};

  void add(const std::string& event_type, std::chrono::nanoseconds spent, time_point now);

  struct share {
    std::string event_type;
    double of_time = 0; ///< 0 to 1.
  };
  /// The type that took most; empty if nothing was handled lately.
  [[nodiscard]] std::optional<share> busiest(time_point now) const;

 private:
  struct slice {
    time_point begins;
    std::map<std::string, std::chrono::nanoseconds> spent;
  };
  mutable std::mutex mutex_;
  std::deque<slice> slices_; ///< Of a second each.
};

} // namespace waymark
