#pragma once

#include "actors/caf.hpp"

#include <caf/actor_addr.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace waymark {

/// Work for a session: runs on its thread and never throws. What it finds out it leaves where its
/// maker can see it once the answer has come.
using session_job = std::shared_ptr<const std::function<void()>>;

/// A job on its way to a session. Who ordered it is told (ran_atom, id) once it has run, or
/// (lost_atom, id, why) if whoever holds it lets go of it before.
class session_order {
 public:
  /// @param id names the job among those of `from`.
  session_order(session_job job, const caf::actor& from, std::uint64_t id);
  ~session_order();
  session_order(const session_order&) = delete;
  session_order& operator=(const session_order&) = delete;

  /// Once.
  void run();

 private:
  session_job job_;
  const caf::actor_addr from_;
  const std::uint64_t id_;
};
using session_order_ptr = std::shared_ptr<session_order>;

/// What a pool has to do, in the order in which it came. Thread-safe: a session takes the next job
/// by itself, which spares it a way to the pool and back while there is one.
class session_queue {
 public:
  void push(session_order_ptr order);
  /// The next; null if there is none.
  [[nodiscard]] session_order_ptr take();
  [[nodiscard]] bool empty() const;
  /// Lets go of all.
  void clear();

 private:
  mutable std::mutex mutex_;
  std::deque<session_order_ptr> waiting_;
};
using session_queue_ptr = std::shared_ptr<session_queue>;

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::session_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::session_order_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::session_queue_ptr)
