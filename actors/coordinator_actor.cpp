#include "actors/coordinator_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/page_cache.hpp"
#include "actors/roles.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/response_promise.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace waymark {

namespace {

constexpr std::chrono::milliseconds reask_interval{50};

/// So much is read even if the pages in use leave no room: who works on one for long holds up
/// nobody else.
constexpr std::size_t least_page_bytes = 16u * 1024;

struct coordinator_state {
  using self_ptr = caf::stateful_actor<coordinator_state>*;
  static inline const char* name = "waymark.coordinator";
  explicit coordinator_state(self_ptr self) : self_{self} {}
  ~coordinator_state() { refuse_all("the coordinator is being restarted"); }

  caf::behavior make_behavior(std::shared_ptr<board> shown, std::shared_ptr<directory> others,
                              std::size_t cache_bytes) {
    set_quiet_handlers(self_);
    board_ = std::move(shown);
    others_ = std::move(others);
    cache_ = page_cache{cache_bytes};
    self_->set_down_handler([this](const caf::down_msg& down) {
      watched_.erase(down.source);
      std::erase_if(waiting_, [&](const waiter& w) { return w.who == down.source; });
    });
    ask_for_head(); // a predecessor may have been told the head, not this one
    head_ = board_->head();
    return {[this](unsubscribe_atom, const std::string& who) {
              if (specs_.erase(who) > 0)
                change_wants();
            },
            [this](fetch_atom, position_t after, const spec_ptr& spec, std::uint64_t seen) {
              subscribe(spec);
              return fetch(after, seen);
            },
            [this](head_atom, position_t head) {
              head_ = std::max(head_, head);
              board_->set_head(head_);
              read_next();
            },
            [this](head_atom, position_t head, std::uint64_t incarnation) {
              lost_.reset();
              learn(head, incarnation);
              read_next();
            },
            [this](lost_atom, const std::string& why) {
              lost_ = why;
              refuse_all(why);
            },
            [this](poke_atom) { poke(); },
            [this](tick_atom) { ask_for_head(); }};
  }

 private:
  using promise = caf::typed_response_promise<page_ptr>;
  struct waiter {
    promise to;
    position_t after = 0;
    caf::actor_addr who{};
  };

  void subscribe(const spec_ptr& spec) {
    auto& known = specs_[spec->name];
    if (known == spec)
      return;
    known = spec;
    change_wants();
  }

  /// Pages read for other wishes may lack events that are wanted now.
  void change_wants() {
    wants_ = join_wants(specs_);
    cache_.clear();
  }

  /// The head as the log itself has it. If it is another log, nothing that is known of the former
  /// counts, and those who wait for its next event are told.
  void learn(position_t head, std::uint64_t incarnation) {
    if (incarnation == incarnation_) {
      head_ = std::max(head_, head);
      return board_->set_head(head_);
    }
    incarnation_ = incarnation;
    head_ = head;
    cache_.clear();
    board_->replace_head(head);
    for (auto& w : std::exchange(waiting_, {}))
      w.to.deliver(nothing_after(w.after));
  }

  [[nodiscard]] page_ptr nothing_after(position_t after) const {
    auto empty = std::make_shared<page>();
    empty->after = empty->scanned_to = after;
    empty->head = head_;
    empty->log_incarnation = incarnation_;
    return empty;
  }

  caf::result<page_ptr> fetch(position_t after, std::uint64_t seen) {
    // Before the promise takes the sender.
    const auto who = caf::actor_cast<caf::actor_addr>(self_->current_sender());
    auto to = self_->make_response_promise<page_ptr>();
    if (lost_) {
      to.deliver(make_exit(exit_code::store_fault, *lost_));
      return to;
    }
    if (incarnation_ != 0 && seen != incarnation_ && after >= head_) {
      to.deliver(nothing_after(after));
      return to;
    }
    if (auto found = cache_.find(after)) {
      to.deliver(found);
      read_ahead(found->scanned_to);
      return to;
    }
    wait({to, after, who});
    read_next();
    return to;
  }

  /// Each waits for one page, and nobody for an actor that is gone.
  void wait(waiter fresh) {
    if (fresh.who && watched_.insert(fresh.who).second)
      self_->monitor(fresh.who);
    const auto former =
        std::find_if(waiting_.begin(), waiting_.end(),
                     [&](const waiter& w) { return w.who.get() == fresh.who.get(); });
    if (former == waiting_.end())
      return waiting_.push_back(std::move(fresh));
    former->to.deliver(nothing_after(former->after)); // it has given that request up
    *former = std::move(fresh);
  }

  /// Reads for the first who waits for something that is there.
  void read_next() {
    if (reading_)
      return;
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [this](const waiter& w) { return w.after < head_; });
    if (found != waiting_.end())
      read(found->after);
  }

  void read_ahead(position_t after) {
    if (!reading_ && after < head_ && cache_.room() >= least_page_bytes && !cache_.find(after))
      read(after);
  }

  void read(position_t after) {
    const auto log = others_->find(roles::event_log);
    if (!log)
      return refuse("the reader of the log is being restarted");
    reading_ = true;
    const std::uint64_t room = std::max(cache_.room(), least_page_bytes);
    compat::ask(self_, log, caf::infinite, read_atom_v, after, wants_, room)
        .then(
            [this, asked = wants_](const page_ptr& found) {
              reading_ = false;
              take(found, asked);
            },
            [this](const caf::error& problem) {
              reading_ = false;
              refuse(render(problem));
            });
  }

  void take(const page_ptr& found, const wants_ptr& asked) {
    learn(found->head, found->log_incarnation);
    if (found->scanned_to == found->after) {
      head_ = found->head; // less than was said: ask again, but not at once, rather than read again
      compat::tell_after(self_, reask_interval, caf::actor{self_}, poke_atom_v);
    }
    bool served = false;
    if (asked == wants_ && found->scanned_to > found->after) {
      cache_.add(found);
      served = serve(found);
    }
    read_next();
    if (served) // who waits comes first, or one that catches up fast would leave no turn to others
      read_ahead(found->scanned_to);
  }

  void refuse_all(const std::string& why) {
    for (auto& w : std::exchange(waiting_, {}))
      w.to.deliver(make_exit(exit_code::store_fault, why));
  }

  /// Until there is an answer: the reader may be on its way up, too.
  void ask_for_head() {
    if (incarnation_ != 0)
      return;
    poke();
    compat::tell_after(self_, reask_interval, caf::actor{self_}, tick_atom_v);
  }

  void poke() {
    if (const auto log = others_->find(roles::event_log))
      compat::tell(self_, log, poke_atom_v, caf::actor{self_});
  }

  /// @returns whether anybody waited for it.
  bool serve(const page_ptr& found) {
    return std::erase_if(waiting_, [&](waiter& w) {
             if (w.after < found->after || w.after >= found->scanned_to)
               return false;
             w.to.deliver(found);
             return true;
           }) > 0;
  }

  /// Those who wait for something that is there learn why they don't get it; they ask again.
  void refuse(const std::string& why) {
    std::erase_if(waiting_, [&](waiter& w) {
      if (w.after >= head_)
        return false;
      w.to.deliver(make_exit(exit_code::store_fault, why));
      return true;
    });
  }

  self_ptr self_;
  std::shared_ptr<board> board_;
  std::shared_ptr<directory> others_;
  std::map<std::string, spec_ptr> specs_;
  wants_ptr wants_ = std::make_shared<const wants>();
  page_cache cache_{0};
  std::deque<waiter> waiting_;
  std::set<caf::actor_addr> watched_;
  position_t head_ = 0;
  std::uint64_t incarnation_ = 0;   // of the log; 0 until it is told
  std::optional<std::string> lost_; // why the log can't be read
  bool reading_ = false;
};

caf::behavior run(coordinator_state::self_ptr self, std::shared_ptr<board> shown,
                  std::shared_ptr<directory> others, std::size_t cache_bytes) {
  return compat::state(self).make_behavior(std::move(shown), std::move(others), cache_bytes);
}

} // namespace

caf::actor spawn_coordinator(caf::local_actor& host, std::shared_ptr<board> shown,
                             std::shared_ptr<directory> others, std::size_t cache_bytes) {
  return host.home_system().spawn(run, std::move(shown), std::move(others), cache_bytes);
}

} // namespace waymark
