#include "actors/dead_letter_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"

#include <deque>
#include <map>

namespace waymark {

namespace {

struct dead_letter_state {
  using self_ptr = caf::stateful_actor<dead_letter_state>*;
  static inline const char* name = "waymark.dead_letter";
  explicit dead_letter_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(std::size_t max_recent) {
    set_quiet_handlers(self_);
    max_recent_ = max_recent;
    return {[this](letter_atom, const letter_ptr& letter) {
              ++counts_[letter->key.projection];
              recent_.push_back(letter);
              if (recent_.size() > max_recent_)
                recent_.pop_front();
            },
            [this](letter_atom) { return letter_list{recent_.begin(), recent_.end()}; },
            [this](letter_atom, const std::string& projection) {
              const auto found = counts_.find(projection);
              return found == counts_.end() ? std::int64_t{0} : found->second;
            }};
  }

  self_ptr self_;
  std::size_t max_recent_ = 0;
  std::deque<letter_ptr> recent_;
  std::map<std::string, std::int64_t> counts_;
};

caf::behavior run(dead_letter_state::self_ptr self, std::size_t max_recent) {
  return compat::state(self).make_behavior(max_recent);
}

} // namespace

caf::actor spawn_dead_letter(caf::local_actor& host, std::size_t max_recent) {
  return host.home_system().spawn(run, max_recent);
}

} // namespace waymark
