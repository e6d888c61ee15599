#include "actors/session_order.hpp"

#include "actors/atoms.hpp"

#include <caf/actor_cast.hpp>

#include <utility>

namespace waymark {

session_order::session_order(session_job job, const caf::actor& from, std::uint64_t id)
    : job_{std::move(job)}, from_{from.address()}, id_{id} {}

session_order::~session_order() {
  if (!job_)
    return;
  if (const auto to = caf::actor_cast<caf::actor>(from_))
    compat::anon_tell(to, lost_atom_v, id_, std::string{"its pool of sessions ended"});
}

void session_order::run() {
  (*job_)();
  job_.reset();
  if (const auto to = caf::actor_cast<caf::actor>(from_))
    compat::anon_tell(to, ran_atom_v, id_);
}

void session_queue::push(session_order_ptr order) {
  const std::lock_guard lock{mutex_};
  waiting_.push_back(std::move(order));
}

session_order_ptr session_queue::take() {
  const std::lock_guard lock{mutex_};
  if (waiting_.empty())
    return nullptr;
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

bool session_queue::empty() const {
  const std::lock_guard lock{mutex_};
  return waiting_.empty();
}

void session_queue::clear() {
  std::deque<session_order_ptr> dropped; // tells their makers when the lock is given back
  const std::lock_guard lock{mutex_};
  std::swap(dropped, waiting_);
}

} // namespace waymark
