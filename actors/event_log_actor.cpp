#include "actors/event_log_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/caution.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>

namespace waymark {

namespace {

/// Another log with the very same head is noticed a little later; every page is checked anyway.
constexpr unsigned quiet_looks_per_identity = 10;

struct event_log_state {
  using self_ptr = caf::stateful_actor<event_log_state>*;
  static inline const char* name = "waymark.event_log";
  explicit event_log_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(event_log_options options, std::shared_ptr<directory> others) {
    set_quiet_handlers(self_);
    options_ = std::move(options);
    others_ = std::move(others);
    compat::tell(self_, caf::actor{self_}, tick_atom_v);
    return {[this](read_atom, position_t after, const wants_ptr& wanted,
                   std::uint64_t max_bytes) -> caf::result<page_ptr> {
              try {
                const pulse::beat asking{*options_.asking};
                auto limit = options_.limit;
                limit.max_bytes = std::min<std::size_t>(limit.max_bytes, max_bytes);
                auto found =
                    std::make_shared<page>(options_.log->read_all(after, limit, wanted->filter));
                found->log_incarnation = options_.identity->look(*options_.log, found->head);
                compat::tell(self_, caf::actor{self_}, decode_atom_v, page_ptr{found}, wanted);
                return page_ptr{std::move(found)};
              } catch (const std::exception& problem) {
                return make_exit(exit_code::store_fault, problem.what());
              }
            },
            [](decode_atom, const page_ptr& found, const wants_ptr& wanted) {
              if (is_caution_asked_for())
                return; // what decodes it may crash: it is then done under a marker
              try {
                decode_wanted(found->events, *wanted);
              } catch (const std::exception&) {
                // out of memory: who applies the page tries again, and says so
              }
            },
            [this](poke_atom, const caf::actor& asker) {
              coordinator_ = asker; // the directory may still name its predecessor
              told_ = -1;
              look(asker);
            },
            [this](tick_atom) {
              look(coordinator_ ? coordinator_ : others_->find(roles::coordinator));
              compat::tell_after(self_, options_.poll_interval, caf::actor{self_}, tick_atom_v);
            }};
  }

  /// Only what somebody was there to hear counts as told.
  void look(const caf::actor& listener) {
    try {
      const pulse::beat asking{*options_.asking};
      const auto head = options_.log->head();
      if (!listener || (head == told_ && ++quiet_looks_ % quiet_looks_per_identity != 0))
        return;
      const auto incarnation = options_.identity->look(*options_.log, head);
      if (head == told_ && incarnation == told_incarnation_)
        return;
      told_ = head;
      told_incarnation_ = incarnation;
      compat::tell(self_, listener, head_atom_v, head, incarnation);
    } catch (const std::exception& problem) {
      told_ = -1;
      if (listener)
        compat::tell(self_, listener, lost_atom_v, std::string{problem.what()});
    }
  }

  self_ptr self_;
  event_log_options options_;
  std::shared_ptr<directory> others_;
  caf::actor coordinator_; // who asked last; null if nobody did
  position_t told_ = -1;
  unsigned quiet_looks_ = 0;
  std::uint64_t told_incarnation_ = 0;
};

caf::behavior run(event_log_state::self_ptr self, event_log_options options,
                  std::shared_ptr<directory> others) {
  return compat::state(self).make_behavior(std::move(options), std::move(others));
}

} // namespace

caf::actor spawn_event_log(caf::local_actor& host, event_log_options options,
                           std::shared_ptr<directory> others) {
  return host.home_system().spawn<caf::detached>(run, std::move(options), std::move(others));
}

} // namespace waymark
