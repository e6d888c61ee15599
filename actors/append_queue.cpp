#include "actors/append_queue.hpp"

#include <waymark/messages/error.hpp>

namespace waymark {

void append_slot::answer(std::vector<append_result> results) {
  results_ = std::move(results);
  answered_.store(true, std::memory_order_release);
  answered_.notify_one();
}

std::vector<append_result> append_slot::wait() {
  answered_.wait(false, std::memory_order_acquire);
  return std::move(results_);
}

bool append_queue::push(std::shared_ptr<append_slot> slot) {
  const auto count = slot->commands().size();
  std::unique_lock lock{mutex_};
  room_.wait(lock, [&] { return closed_ || commands_ == 0 || commands_ + count <= max_commands_; });
  if (closed_)
    throw store_error{"the engine is stopping: nothing was appended"};
  commands_ += count;
  slots_.push_back(std::move(slot));
  const bool wake = !awake_;
  awake_ = true;
  return wake;
}

std::vector<std::shared_ptr<append_slot>> append_queue::take(std::size_t max_commands) {
  std::vector<std::shared_ptr<append_slot>> result;
  std::size_t taken = 0;
  const std::lock_guard lock{mutex_};
  while (!slots_.empty()) {
    const auto count = slots_.front()->commands().size();
    if (!result.empty() && taken + count > max_commands)
      break;
    taken += count;
    result.push_back(std::move(slots_.front()));
    slots_.pop_front();
  }
  commands_ -= taken;
  awake_ = !result.empty();
  if (taken > 0)
    room_.notify_all();
  return result;
}

void append_queue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  room_.notify_all();
}

void append_queue::fail_rest(const std::string& why) {
  close();
  for (const auto& slot : take(static_cast<std::size_t>(-1)))
    slot->answer(failed_results(slot->commands().size(), why));
}

std::vector<append_result> failed_results(std::size_t count, const std::string& why) {
  append_result failure;
  failure.state = append_result::status::failed;
  failure.problem = why;
  return std::vector<append_result>(count, failure);
}

} // namespace waymark
