#include "actors/dead_letter_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"

#include <map>
#include <string>
#include <utility>

namespace waymark {

namespace {

struct dead_letter_state {
  using self_ptr = caf::stateful_actor<dead_letter_state>*;
  static inline const char* name = "waymark.dead_letter";
  explicit dead_letter_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(letter_observer observer) {
    set_quiet_handlers(self_);
    observer_ = std::move(observer);
    return {[this](letter_atom, const letter_ptr& letter) {
      observer_(*letter, ++counts_[letter->key.projection]);
    }};
  }

  self_ptr self_;
  letter_observer observer_;
  std::map<std::string, std::int64_t> counts_;
};

caf::behavior run(dead_letter_state::self_ptr self, letter_observer observer) {
  return compat::state(self).make_behavior(std::move(observer));
}

} // namespace

caf::actor spawn_dead_letter(caf::local_actor& host, letter_observer observer) {
  return host.home_system().spawn(run, std::move(observer));
}

} // namespace waymark
