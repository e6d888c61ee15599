#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace waymark::node {

/// How long the service manager waits for a sign of life of this process ($WATCHDOG_USEC and
/// $WATCHDOG_PID, sd_watchdog_enabled(3)); nothing if it waits for none.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

/// While it lives, tells the service manager WATCHDOG=1 at half the interval, each time only after
/// `is_live` has said so; as long as it does not (or throws), it is asked again and again, and the
/// manager ends the process when the interval is over. Does nothing if the manager waits for no
/// sign.
class service_watchdog {
 public:
  /// @param is_live called on a thread of this object.
  explicit service_watchdog(std::function<bool()> is_live);
  /// Waits for a call of `is_live`.
  ~service_watchdog();
  service_watchdog(const service_watchdog&) = delete;
  service_watchdog& operator=(const service_watchdog&) = delete;

 private:
  void run(std::chrono::milliseconds half);

  [[nodiscard]] bool is_live() const noexcept;

  std::function<bool()> is_live_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::thread thread_;
};

} // namespace waymark::node
