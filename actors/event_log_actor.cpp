#include "actors/event_log_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/caution.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"

#include <waymark/messages/error.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>

#include <algorithm>
#include <atomic>

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
    hear_of_appends();
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
            [this](decode_atom, const page_ptr& found, const wants_ptr& wanted) {
              if (is_caution_asked_for())
                return; // what decodes it may crash: it is then done under a marker
              auto& meter = *options_.decoding;
              meter.begin(found);
              try {
                decode_wanted(found->events, *wanted, &meter);
              } catch (const std::exception&) {
                // out of memory: who applies the page tries again, and says so
              }
              meter.end();
            },
            [this](poke_atom, const caf::actor& asker) {
              coordinator_ = asker; // the directory may still name its predecessor
              told_ = -1;
              look(asker);
            },
            [this](head_atom) {
              heard_->store(false); // before the look: what comes now is looked at once more
              look();
            },
            [this](tick_atom) {
              look();
              compat::tell_after(self_, options_.poll_interval, caf::actor{self_}, tick_atom_v);
            }};
  }

  /// However often the store calls, one message waits here at a time.
  void hear_of_appends() {
    try {
      calls_ = options_.log->call_on_foreign_append(
          [heard = heard_, me = caf::actor_cast<caf::actor_addr>(self_)] {
            if (heard->exchange(true))
              return;
            if (const auto to = caf::actor_cast<caf::actor>(me))
              compat::anon_tell(to, head_atom_v);
          });
    } catch (const std::exception&) {
      // it looks by itself all the same
    }
  }

  void look() { look(coordinator_ ? coordinator_ : others_->find(roles::coordinator)); }

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
  std::shared_ptr<std::atomic<bool>> heard_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<void> calls_; // of the store, when another process has appended
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
