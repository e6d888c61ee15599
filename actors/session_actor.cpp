#include "actors/session_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"

#include <caf/response_promise.hpp>

#include <algorithm>
#include <deque>

namespace waymark {

namespace {

thread_local std::string session_of_thread;

struct pool_state {
  using self_ptr = caf::stateful_actor<pool_state>*;
  static inline const char* name = "waymark.session_pool";
  explicit pool_state(self_ptr self) : self_{self} {}
  ~pool_state() {
    for (auto& [promise, job] : waiting_)
      promise.deliver(make_exit(exit_code::store_fault, role_ + " ended"));
  }

  caf::behavior make_behavior(std::string role) {
    set_quiet_handlers(self_);
    role_ = std::move(role);
    self_->set_down_handler([this](const caf::down_msg& down) {
      std::erase_if(idle_, [&](const caf::actor& a) { return a.address() == down.source; });
    });
    return {[this](ready_atom, const caf::actor& session) {
              self_->monitor(session);
              idle_.push_back(session);
              hand_out();
            },
            [this](work_atom, const session_job& job) -> caf::result<void> {
              auto promise = self_->make_response_promise<void>();
              waiting_.emplace_back(promise, job);
              hand_out();
              return promise;
            },
            [this](free_atom, const caf::actor& session) {
              idle_.push_back(session);
              hand_out();
            }};
  }

  void hand_out() {
    while (!idle_.empty() && !waiting_.empty()) {
      auto session = std::move(idle_.front());
      idle_.pop_front();
      auto [promise, job] = std::move(waiting_.front());
      waiting_.pop_front();
      promise.delegate(session, work_atom_v, job);
    }
  }

  self_ptr self_;
  std::string role_;
  std::deque<caf::actor> idle_;
  std::deque<std::pair<caf::typed_response_promise<void>, session_job>> waiting_;
};

struct session_state {
  using self_ptr = caf::stateful_actor<session_state>*;
  static inline const char* name = "waymark.session";
  explicit session_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(const caf::actor& pool, const std::string& role) {
    session_of_thread = role;
    set_quiet_handlers(self_);
    compat::tell(self_, pool, ready_atom_v, caf::actor{self_});
    return {[this, pool](work_atom, const session_job& job) {
      (*job)();
      compat::tell(self_, pool, free_atom_v, caf::actor{self_});
    }};
  }

  self_ptr self_;
};

caf::behavior run_pool(pool_state::self_ptr self, const std::string& role) {
  return compat::state(self).make_behavior(role);
}

caf::behavior run_session(session_state::self_ptr self, const caf::actor& pool,
                          const std::string& role) {
  return compat::state(self).make_behavior(pool, role);
}

} // namespace

const std::string& current_session() noexcept { return session_of_thread; }

caf::actor spawn_session_pool(caf::local_actor& host, const std::string& role) {
  return host.home_system().spawn(run_pool, role);
}

caf::actor spawn_session(caf::local_actor& host, const caf::actor& pool, const std::string& name) {
  return host.home_system().spawn<caf::detached>(run_session, pool, name);
}

} // namespace waymark
