#include "supervisors/errands.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/session_actor.hpp"

namespace waymark {

namespace {

struct errands_state {
  using self_ptr = caf::stateful_actor<errands_state>*;
  static inline const char* name = "waymark.errands";
  explicit errands_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(const std::string&) {
    set_quiet_handlers(self_);
    return {[](work_atom, const session_job& job) { (*job)(); }};
  }

  self_ptr self_;
};

caf::behavior run(errands_state::self_ptr self, const std::string& role) {
  return compat::state(self).make_behavior(role);
}

} // namespace

caf::actor spawn_errands(caf::local_actor& host, const std::string& role) {
  return host.home_system().spawn<caf::detached>(run, role);
}

} // namespace waymark
