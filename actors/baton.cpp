#include "actors/baton.hpp"

namespace waymark {

baton& baton::of_process() {
  static auto& only = *new baton{std::chrono::seconds{5}}; // sessions left behind may hold it
  return only;
}

std::uint64_t baton::take() {
  const auto me = std::this_thread::get_id();
  std::unique_lock lock{mutex_};
  while (holder_ != 0) {
    if (thread_ == me)
      return 0;
    const auto end = since_ + patience_;
    if (std::chrono::steady_clock::now() >= end)
      break;
    given_.wait_until(lock, end);
  }
  holder_ = ++last_ticket_;
  thread_ = me;
  since_ = std::chrono::steady_clock::now();
  return holder_;
}

void baton::give(std::uint64_t ticket) noexcept {
  if (ticket == 0)
    return;
  {
    const std::lock_guard lock{mutex_};
    if (holder_ != ticket)
      return;
    holder_ = 0;
  }
  given_.notify_one();
}

} // namespace waymark
