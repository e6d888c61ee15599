#include "actors/decoding_meter.hpp"

#include <utility>

namespace waymark {

void decoding_meter::begin(page_ptr what) {
  const std::lock_guard lock{mutex_};
  at(what->events.size());
  what_ = std::move(what);
  begun_ = std::chrono::steady_clock::now();
}

void decoding_meter::end() {
  const std::lock_guard lock{mutex_};
  what_.reset();
}

std::optional<decoding_meter::view> decoding_meter::look() const {
  const std::lock_guard lock{mutex_};
  const auto step = step_.load(std::memory_order_relaxed);
  const auto index = index_.load(std::memory_order_relaxed);
  if (!what_ || index >= what_->events.size())
    return std::nullopt;
  const auto& e = what_->events[index];
  return view{begun_, step, e.position, e.event_type, e.event_id};
}

bool decoding_meter::hangs() const {
  const auto now = look();
  return now && now->step == given_up_;
}

} // namespace waymark
