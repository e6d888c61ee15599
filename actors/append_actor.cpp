#include "actors/append_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"

#include <algorithm>

namespace waymark {

namespace {

struct append_state {
  using self_ptr = caf::stateful_actor<append_state>*;
  static inline const char* name = "waymark.append";
  explicit append_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(std::shared_ptr<event_store> log, std::shared_ptr<append_queue> queue,
                              std::shared_ptr<directory> others, std::size_t max_group) {
    set_quiet_handlers(self_);
    log_ = std::move(log);
    queue_ = std::move(queue);
    others_ = std::move(others);
    // First findable, then a look at the queue: who found nobody to wake has queued before that.
    others_->enter(roles::append, caf::actor{self_});
    compat::tell(self_, caf::actor{self_}, drain_atom_v);
    return {[this, max_group](drain_atom) {
      for (auto group = queue_->take(max_group); !group.empty(); group = queue_->take(max_group))
        commit(group);
    }};
  }

 private:
  using slots = std::vector<std::shared_ptr<append_slot>>;

  /// Whatever ends a commit, nobody waits for an answer for ever.
  struct last_answer {
    const slots& group;
    ~last_answer() {
      for (const auto& slot : group)
        if (!slot->is_answered())
          slot->answer(failed_results(slot->commands().size(), "the appender ended unexpectedly",
                                      store_error::outcome::unknown));
    }
  };

  void commit(const slots& group) {
    const last_answer promised{group};
    std::vector<append_command> commands;
    for (const auto& slot : group)
      std::move(slot->commands().begin(), slot->commands().end(), std::back_inserter(commands));
    auto results = carry_out(commands);
    tell_head(results);
    auto next = results.begin();
    for (const auto& slot : group) {
      const auto end = next + static_cast<std::ptrdiff_t>(slot->commands().size());
      slot->answer({std::make_move_iterator(next), std::make_move_iterator(end)});
      next = end;
    }
  }

  std::vector<append_result> carry_out(const std::vector<append_command>& commands) {
    try {
      return log_->append(commands);
    } catch (const store_error& problem) {
      if (problem.outcome_unknown())
        return settle(commands);
      return failed_results(commands.size(), problem.what());
    } catch (const std::exception&) { // memory was short after the commit, for one
      return settle(commands);
    }
  }

  /// Nobody knows what came of them. Every event has an id (the engine sees to it), so that
  /// appending the same again either finds it there or does it now.
  std::vector<append_result> settle(const std::vector<append_command>& commands) {
    try {
      return log_->append(commands);
    } catch (const std::exception& problem) {
      return failed_results(commands.size(), problem.what(), store_error::outcome::unknown);
    }
  }

  void tell_head(const std::vector<append_result>& results) {
    position_t head = 0;
    for (const auto& r : results)
      if (r.state == append_result::status::appended)
        head = std::max(head, r.value.last_position);
    if (head <= told_)
      return;
    told_ = head;
    if (const auto to = others_->find(roles::coordinator))
      compat::tell(self_, to, head_atom_v, head);
  }

  self_ptr self_;
  std::shared_ptr<event_store> log_;
  std::shared_ptr<append_queue> queue_;
  std::shared_ptr<directory> others_;
  position_t told_ = 0;
};

caf::behavior run(append_state::self_ptr self, std::shared_ptr<event_store> log,
                  std::shared_ptr<append_queue> queue, std::shared_ptr<directory> others,
                  std::size_t max_group) {
  return compat::state(self).make_behavior(std::move(log), std::move(queue), std::move(others),
                                           max_group);
}

} // namespace

caf::actor spawn_append(caf::local_actor& host, std::shared_ptr<event_store> log,
                        std::shared_ptr<append_queue> queue, std::shared_ptr<directory> others,
                        std::size_t max_group) {
  return host.home_system().spawn<caf::detached>(run, std::move(log), std::move(queue),
                                                 std::move(others), max_group);
}

} // namespace waymark
