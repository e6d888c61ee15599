#include "actors/renewal_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"

namespace waymark {

namespace {

struct renewal_state {
  using self_ptr = caf::stateful_actor<renewal_state>*;
  static inline const char* name = "waymark.renewal";
  explicit renewal_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(renewal_options options) {
    set_quiet_handlers(self_);
    options_ = std::move(options);
    again_later();
    return {[this](renew_atom) {
      renew();
      again_later();
    }};
  }

 private:
  void again_later() {
    compat::tell_after(self_, options_.interval, caf::actor{self_}, renew_atom_v);
  }

  void renew() const {
    if (!options_.claims->has(*options_.store))
      return;
    try {
      options_.store->renew(options_.owner);
    } catch (const std::exception&) {
      // the projections of this store notice it themselves
    }
  }

  self_ptr self_;
  renewal_options options_;
};

caf::behavior run(renewal_state::self_ptr self, renewal_options options) {
  return compat::state(self).make_behavior(std::move(options));
}

} // namespace

caf::actor spawn_renewal(caf::local_actor& host, renewal_options options) {
  return host.home_system().spawn<caf::detached>(run, std::move(options));
}

} // namespace waymark
