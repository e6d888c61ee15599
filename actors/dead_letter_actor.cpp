#include "actors/dead_letter_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"

#include <deque>
#include <map>

namespace waymark {

namespace {

struct dead_letter_state {
  using self_ptr = caf::stateful_actor<dead_letter_state>*;
  static inline const char* name = "waymark.dead_letter";
  static constexpr std::size_t max_recent = 100;
  explicit dead_letter_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(const std::shared_ptr<directory>& others) {
    set_quiet_handlers(self_);
    others->enter(roles::dead_letter, caf::actor{self_});
    return {[this](letter_atom, const letter_ptr& letter) {
              ++counts_[letter->key.projection];
              recent_.push_back(letter);
              if (recent_.size() > max_recent)
                recent_.pop_front();
            },
            [this](letter_atom) { return letter_list{recent_.begin(), recent_.end()}; },
            [this](letter_atom, const std::string& projection) {
              const auto found = counts_.find(projection);
              return found == counts_.end() ? std::int64_t{0} : found->second;
            }};
  }

  self_ptr self_;
  std::deque<letter_ptr> recent_;
  std::map<std::string, std::int64_t> counts_;
};

caf::behavior run(dead_letter_state::self_ptr self, const std::shared_ptr<directory>& others) {
  return compat::state(self).make_behavior(others);
}

} // namespace

caf::actor spawn_dead_letter(caf::local_actor& host, std::shared_ptr<directory> others) {
  return host.home_system().spawn(run, std::move(others));
}

} // namespace waymark
