#include "actors/append_queue.hpp"

#include <algorithm>

namespace waymark {

void append_slot::answer(std::vector<append_result> results) {
  auto expected = state::open;
  if (!state_.compare_exchange_strong(expected, state::answering))
    return;
  results_ = std::move(results);
  state_.store(state::answered, std::memory_order_release);
  state_.notify_one();
}

std::vector<append_result> append_slot::wait() {
  for (auto now = state_.load(); now != state::answered; now = state_.load())
    state_.wait(now);
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
  std::erase_if(taken_, [](const auto& slot) { return slot->is_answered(); });
  taken_.insert(taken_.end(), result.begin(), result.end());
  commands_ -= taken;
  awake_ = !result.empty();
  if (taken > 0)
    room_.notify_all();
  return result;
}

bool append_queue::is_waiting() {
  const std::lock_guard lock{mutex_};
  return !slots_.empty();
}

void append_queue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  room_.notify_all();
}

void append_queue::fail_rest(const std::string& why) {
  close();
  std::vector<std::shared_ptr<append_slot>> in_hand;
  {
    const std::lock_guard lock{mutex_};
    in_hand = taken_;
  }
  for (const auto& slot : take(static_cast<std::size_t>(-1)))
    slot->answer(failed_results(slot->commands().size(), why + ": nothing was appended"));
  for (const auto& slot : in_hand)
    slot->answer(failed_results(slot->commands().size(),
                                why + " while it was appended: whether it is in the log, an append "
                                      "of the same event ids tells",
                                store_error::outcome::unknown));
}

std::vector<append_result> failed_results(std::size_t count, const std::string& why,
                                          store_error::outcome known) {
  append_result failure;
  failure.state = append_result::status::failed;
  failure.outcome_unknown = known == store_error::outcome::unknown;
  failure.problem = why;
  return std::vector<append_result>(count, failure);
}

} // namespace waymark
