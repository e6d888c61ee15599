#include "actors/checkpoint_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/session_actor.hpp"

#include <caf/response_promise.hpp>

#include <map>
#include <optional>
#include <vector>

namespace waymark {

namespace {

struct checkpoint_state {
  using self_ptr = caf::stateful_actor<checkpoint_state>*;
  static inline const char* name = "waymark.checkpoint";
  explicit checkpoint_state(self_ptr self) : self_{self} {}
  ~checkpoint_state() {
    for (auto& [key, e] : entries_)
      fail_flush(e);
  }

  caf::behavior make_behavior(checkpoint_options options, std::shared_ptr<directory> others,
                              std::shared_ptr<board> shown) {
    set_quiet_handlers(self_);
    options_ = std::move(options);
    others_ = std::move(others);
    shown_ = std::move(shown);
    compat::tell_after(self_, options_.save_interval, caf::actor{self_}, tick_atom_v);
    self_->set_exit_handler([this](caf::exit_msg& m) {
      if (m.reason == caf::exit_reason::kill)
        return self_->quit(std::move(m.reason));
      ending_ = true; // once everything is saved
      for (auto& [key, e] : entries_)
        save(e);
      end_if_done();
    });
    return {[this](save_atom, const pending_save& wanted) { take(wanted); },
            [this](flush_atom, const shard_key& key, std::int64_t epoch) {
              return flush(key, epoch);
            },
            [this](tick_atom) {
              for (auto& [key, e] : entries_)
                save(e);
              compat::tell_after(self_, options_.save_interval, caf::actor{self_}, tick_atom_v);
            },
            [this](ran_atom, std::uint64_t job) { end_job(job); },
            [this](lost_atom, std::uint64_t job, const std::string&) { end_job(job); }};
  }

 private:
  using promise = caf::typed_response_promise<position_t>;
  struct save_outcome {
    std::optional<commit_status> status;
    std::string problem{"its session ended"};
  };
  struct entry {
    std::optional<pending_save> pending;
    position_t stored = 0;
    std::int64_t epoch = -1;
    bool saving = false;
    std::vector<promise> flushing;
  };

  void take(const pending_save& wanted) {
    auto& e = entries_[wanted.owner.key];
    if (wanted.owner.epoch < e.epoch)
      return;
    begin_epoch(e, wanted.owner.epoch);
    e.stored = std::max(e.stored, wanted.stored);
    const auto before = e.pending ? e.pending->advance : checkpoint_advance{};
    e.pending = wanted;
    auto& advance = e.pending->advance;
    advance.handled += before.handled;
    if (!advance.last_event_id) { // nothing was handled since: what was last stays, as a whole
      advance.last_event_id = before.last_event_id;
      advance.last_event_type = before.last_event_type;
      advance.last_event_at = before.last_event_at;
    }
    if (e.pending->advance.handled >= options_.save_events)
      save(e);
  }

  /// What an owner before had saved says nothing of this one: a reset may lie between them.
  static void begin_epoch(entry& e, std::int64_t epoch) {
    if (epoch <= e.epoch)
      return;
    e.pending.reset();
    e.epoch = epoch;
    e.stored = 0;
  }

  caf::result<position_t> flush(const shard_key& key, std::int64_t epoch) {
    auto to = self_->make_response_promise<position_t>();
    auto& e = entries_[key];
    begin_epoch(e, epoch);
    e.flushing.push_back(to);
    save(e);
    answer_flush(e);
    return to;
  }

  void answer_flush(entry& e) {
    if (e.saving || e.pending)
      return;
    for (auto& to : e.flushing)
      to.deliver(e.stored);
    e.flushing.clear();
  }

  void save(entry& e) {
    if (e.saving || !e.pending)
      return;
    auto wanted = std::move(*e.pending);
    e.pending.reset();
    wanted.advance.from = e.stored;
    e.saving = true;
    auto outcome = std::make_shared<save_outcome>();
    auto meter = std::make_shared<job_meter>(wanted.owner.key, wanted.pool, wanted.context->spec,
                                             shown_->times_of(wanted.owner.key));
    shown_->add_job(meter);
    run(
        wanted.pool,
        [wanted, outcome, meter = std::move(meter)] {
          meter->enter_session(current_session());
          try {
            outcome->status = save_position_of(*wanted.context, wanted.owner, wanted.advance);
          } catch (const std::exception& problem) {
            outcome->problem = problem.what();
          }
          meter->enter_return();
        },
        [this, wanted, outcome, key = wanted.owner.key] { saved(key, wanted, *outcome); });
  }

  void saved(const shard_key& key, const pending_save& what, const save_outcome& result) {
    const auto outcome = result.status;
    auto& e = entries_[key];
    e.saving = false;
    if (e.epoch == what.owner.epoch) {
      if (outcome == commit_status::committed) {
        e.stored = what.advance.to;
        compat::tell(self_, what.told, saved_atom_v, what.owner.epoch, e.stored);
      } else if (outcome == commit_status::fenced) {
        e.pending.reset();
        compat::tell(self_, what.told, fenced_atom_v, what.owner.epoch);
      } else {
        // Handling more would only make more that is handled twice.
        e.pending.reset();
        compat::tell(self_, what.told, unsaved_atom_v, what.owner.epoch, result.problem);
      }
    }
    if (!outcome)
      fail_flush(e);
    else if (!e.flushing.empty())
      save(e); // what came meanwhile
    answer_flush(e);
    end_if_done();
  }

  void end_if_done() {
    if (!ending_)
      return;
    for (const auto& [key, e] : entries_)
      if (e.saving)
        return;
    self_->quit(make_exit(exit_code::normal, {}));
  }

  void fail_flush(entry& e) {
    for (auto& to : e.flushing)
      to.deliver(make_exit(exit_code::store_fault, "the checkpoint could not be saved"));
    e.flushing.clear();
  }

  /// Runs `work` on a session, then `done` here, also if the session died.
  template <class Work, class Done>
  void run(const std::string& pool, Work work, Done done) {
    const auto sessions = others_->find(pool);
    if (!sessions)
      return done();
    auto job = std::make_shared<const std::function<void()>>(std::move(work));
    under_way_.emplace(++jobs_, std::move(done));
    compat::tell(self_, sessions, work_atom_v,
                 std::make_shared<session_order>(std::move(job), caf::actor{self_}, jobs_));
  }

  void end_job(std::uint64_t job) {
    if (const auto done = under_way_.extract(job))
      done.mapped()();
  }

  self_ptr self_;
  checkpoint_options options_;
  std::shared_ptr<directory> others_;
  std::shared_ptr<board> shown_;
  std::map<shard_key, entry> entries_;
  std::map<std::uint64_t, std::function<void()>> under_way_; ///< What follows on each job.
  std::uint64_t jobs_ = 0;
  bool ending_ = false;
};

caf::behavior run(checkpoint_state::self_ptr self, checkpoint_options options,
                  std::shared_ptr<directory> others, std::shared_ptr<board> shown) {
  return compat::state(self).make_behavior(std::move(options), std::move(others),
                                           std::move(shown));
}

} // namespace

caf::actor spawn_checkpoint(caf::local_actor& host, checkpoint_options options,
                            std::shared_ptr<directory> others, std::shared_ptr<board> shown) {
  return host.home_system().spawn(run, std::move(options), std::move(others), std::move(shown));
}

} // namespace waymark
