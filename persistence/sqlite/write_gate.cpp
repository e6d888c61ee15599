#include "persistence/sqlite/write_gate.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::sqlite {

void write_gate::enter(who as) {
  std::unique_lock lock{mutex_};
  if (busy_ && holder_ == std::this_thread::get_id())
    throw usage_error{"this thread is inside a transaction of the same database (a handler?) and "
                      "would wait for itself; append and read after the handler has returned"};
  if (busy_) {
    waiter me;
    (as == who::append ? appends_ : units_).push_back(&me);
    me.turn.wait(lock, [&] { return me.called; });
  } else {
    busy_ = true;
  }
  holder_ = std::this_thread::get_id();
  appends_since_unit_ = as == who::append ? appends_since_unit_ + 1 : 0;
}

bool write_gate::enter_first(std::chrono::milliseconds at_most) {
  std::unique_lock lock{mutex_};
  if (busy_) {
    waiter me;
    first_.push_back(&me);
    if (!me.turn.wait_for(lock, at_most, [&] { return me.called; })) {
      std::erase(first_, &me);
      return false;
    }
  }
  busy_ = true;
  holder_ = std::this_thread::get_id();
  return true;
}

void write_gate::leave() noexcept {
  const std::lock_guard lock{mutex_};
  holder_ = {};
  call_next();
}

void write_gate::call_next() noexcept {
  const bool units_turn = !units_.empty() && appends_since_unit_ >= appends_in_a_row;
  auto& usual = appends_.empty() || units_turn ? units_ : appends_;
  auto& queue = first_.empty() ? usual : first_;
  busy_ = !queue.empty();
  if (units_.empty())
    appends_since_unit_ = 0;
  if (!busy_)
    return;
  auto* next = queue.front();
  queue.pop_front();
  next->called = true;
  next->turn.notify_one();
}

bool write_gate::try_enter() noexcept {
  const std::lock_guard lock{mutex_};
  if (busy_)
    return false;
  busy_ = true;
  holder_ = std::this_thread::get_id();
  return true;
}

bool write_gate::held_by_this_thread() const noexcept {
  const std::lock_guard lock{mutex_};
  return busy_ && holder_ == std::this_thread::get_id();
}

std::size_t write_gate::waiting() const noexcept {
  const std::lock_guard lock{mutex_};
  return first_.size() + appends_.size() + units_.size();
}

} // namespace waymark::sqlite
