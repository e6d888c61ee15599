#include "actors/session_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <utility>

namespace waymark {

namespace {

thread_local std::string session_of_thread;

/// A session that has been at it for so long looks whether it is to end.
constexpr std::chrono::milliseconds without_a_look{20};

struct pool_state {
  using self_ptr = caf::stateful_actor<pool_state>*;
  static inline const char* name = "waymark.session_pool";
  explicit pool_state(self_ptr self) : self_{self} {}
  ~pool_state() {
    if (queue_)
      queue_->clear();
  }

  caf::behavior make_behavior(session_queue_ptr queue) {
    queue_ = std::move(queue);
    set_quiet_handlers(self_);
    self_->set_down_handler([this](const caf::down_msg& down) {
      std::erase_if(idle_, [&](const caf::actor& a) { return a.address() == down.source; });
      hand_out(); // it may not have come to what it was told of
    });
    return {[this](ready_atom, const caf::actor& session) {
              self_->monitor(session);
              idle_.push_back(session);
              hand_out();
            },
            [this](work_atom, const session_order_ptr& order) {
              queue_->push(order);
              hand_out();
            },
            [this](free_atom, const caf::actor& session) {
              idle_.push_back(session);
              hand_out();
            }};
  }

 private:
  /// Wakes one session more if there is something to do. Those at work look themselves.
  void hand_out() {
    if (idle_.empty() || queue_->empty())
      return;
    compat::tell(self_, idle_.front(), work_atom_v, queue_);
    idle_.pop_front();
  }

  self_ptr self_;
  std::deque<caf::actor> idle_;
  session_queue_ptr queue_;
};

struct session_state {
  using self_ptr = caf::stateful_actor<session_state>*;
  static inline const char* name = "waymark.session";
  explicit session_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(const caf::actor& pool, const std::string& role) {
    session_of_thread = role;
    set_quiet_handlers(self_);
    compat::tell(self_, pool, ready_atom_v, caf::actor{self_});
    return {[this, pool](work_atom, const session_queue_ptr& queue) {
      work_off(*queue);
      compat::tell(self_, pool, free_atom_v, caf::actor{self_});
    }};
  }

  static void work_off(session_queue& queue) {
    const auto until = std::chrono::steady_clock::now() + without_a_look;
    do {
      const auto order = queue.take();
      if (!order)
        return;
      order->run();
    } while (std::chrono::steady_clock::now() < until);
  }

  self_ptr self_;
};

caf::behavior run_pool(pool_state::self_ptr self, session_queue_ptr queue) {
  return compat::state(self).make_behavior(std::move(queue));
}

caf::behavior run_session(session_state::self_ptr self, const caf::actor& pool,
                          const std::string& role) {
  return compat::state(self).make_behavior(pool, role);
}

} // namespace

const std::string& current_session() noexcept { return session_of_thread; }

caf::actor spawn_session_pool(caf::local_actor& host) {
  return host.home_system().spawn(run_pool, std::make_shared<session_queue>());
}

caf::actor spawn_session(caf::local_actor& host, const caf::actor& pool, const std::string& name) {
  return host.home_system().spawn<caf::detached>(run_session, pool, name);
}

} // namespace waymark
