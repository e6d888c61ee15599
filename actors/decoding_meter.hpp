#pragma once

#include <waymark/messages/page.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace waymark {

/// At which event the log's reader is while it decodes a page: authors' code runs there. Told by
/// its thread, at two stores into memory an event, and looked at by anybody, even if that thread
/// never comes back.
class decoding_meter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  // For the thread that decodes.
  void begin(page_ptr what);
  void at(std::size_t index) noexcept {
    index_.store(index, std::memory_order_relaxed);
    step_.fetch_add(1, std::memory_order_relaxed);
  }
  void end();

  // For who looks.
  struct view {
    time_point begun{};     ///< With the page.
    std::uint64_t step = 0; ///< Another at each event.
    position_t position = 0;
    std::string event_type;
    uuid event_id;
  };
  /// Nothing if no event is being decoded.
  [[nodiscard]] std::optional<view> look() const;

  /// The event of this step takes longer than any handler may.
  void give_up(std::uint64_t step) noexcept { given_up_ = step; }
  /// Whether it still has not come back.
  [[nodiscard]] bool hangs() const;

 private:
  mutable std::mutex mutex_;
  page_ptr what_;      ///< Guarded by mutex_, like the next.
  time_point begun_{};
  std::atomic<std::size_t> index_{0};
  std::atomic<std::uint64_t> step_{0};
  std::atomic<std::uint64_t> given_up_{0};
};

} // namespace waymark
