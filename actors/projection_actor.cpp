#include "actors/projection_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/checkpoint_actor.hpp"
#include "actors/coordinator_actor.hpp"
#include "actors/dead_letter_actor.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"
#include "actors/session_actor.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::function<void()>)

namespace waymark {

namespace {

struct projection_state_of_actor {
  using self_ptr = caf::stateful_actor<projection_state_of_actor>*;
  static inline const char* name = "waymark.projection";
  explicit projection_state_of_actor(self_ptr self) : self_{self} {}
  ~projection_state_of_actor() {
    say_held();
    if (job_)
      with_->shown->end_job(job_);
  }

  caf::behavior make_behavior(std::shared_ptr<const projection_services> with) {
    set_quiet_handlers(self_);
    with_ = std::move(with);
    const auto& context = with_->context;
    key_ = {context.spec->name, context.shard};
    machine_ = std::make_unique<projection_machine>(context.spec, context.shard, with_->machine);
    self_->set_exit_handler([this](caf::exit_msg& m) {
      if (code_of(m.reason) != exit_code::normal)
        self_->quit(std::move(m.reason));
      else
        carry_out(machine_->drain());
    });
    if (const auto known = with_->shown->find(key_); known && known->paused)
      carry_out(machine_->pause(*known->paused));
    carry_out(machine_->start());
    tick();
    return {[this](timer_atom, std::uint64_t token) { carry_out(machine_->on_timer(token)); },
            [this](letters_due_atom, std::uint64_t token) {
              carry_out(machine_->on_letters_due(token));
            },
            [this](tick_atom) {
              carry_out(machine_->on_save_tick());
              tick();
            },
            [this](saved_atom, std::int64_t epoch, position_t position) {
              if (epoch == machine_->record().epoch)
                carry_out(machine_->on_saved_later(position));
            },
            [this](fenced_atom, std::int64_t epoch) {
              if (epoch == machine_->record().epoch)
                carry_out(machine_->on_fenced());
            },
            [this](unsaved_atom, std::int64_t epoch, const std::string& why) {
              if (epoch == machine_->record().epoch)
                carry_out(machine_->on_unsaved(why));
            },
            [this](overdue_atom, std::uint64_t job, const std::string& why) {
              if (job_ && job_->id() == job)
                carry_out(machine_->on_overdue(why));
            },
            [this](ran_atom, std::uint64_t job) { on_ran(job); },
            [this](lost_atom, std::uint64_t job, const std::string& why) { on_lost(job, why); },
            [](later_atom, const std::function<void()>& call) { call(); },
            [this](command_atom, const command_ptr& command) { obey(command); }};
  }

 private:
  static constexpr int max_looks = 100; ///< For a session pool that is being started, 50 ms apart.

  /// All projections tick at the same moments, so that many idle ones wake the process rarely.
  [[nodiscard]] std::chrono::milliseconds until_common_tick() const {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    const auto interval = std::max(with_->save_interval, std::chrono::milliseconds{1});
    return interval - now % interval;
  }

  void tick() {
    compat::tell_after(self_, until_common_tick(), caf::actor{self_}, tick_atom_v);
  }

  void obey(const command_ptr& command) {
    using kind = projection_command::kind;
    if (command->what == kind::hold) {
      if (command->done)
        holding_.push_back(command->done); // kept by todo::held
      return carry_out(machine_->hold());
    }
    switch (command->what) {
    case kind::pause:
      carry_out(machine_->pause(command->as));
      break;
    case kind::resume:
      carry_out(machine_->resume(command->as));
      break;
    case kind::discard:
      if (machine_->stopped_before() != command->position)
        return refuse(*command, "it does not stand before the event at position " +
                                    std::to_string(command->position) +
                                    " any more: nothing was discarded");
      carry_out(machine_->discard(command->position, command->as));
      break;
    case kind::take_over:
      carry_out(machine_->take_over(command->as));
      break;
    case kind::settle:
      carry_out(machine_->settle(command->order));
      break;
    case kind::release_hold:
      carry_out(machine_->release_hold());
      break;
    case kind::begin_again:
      carry_out(machine_->begin_again());
      break;
    case kind::hold:
      break;
    }
    if (command->done)
      command->done->set_value();
  }

  void refuse(const projection_command& command, const std::string& why) const {
    if (command.done)
      command.done->set_exception(std::make_exception_ptr(
          usage_error{"projection \"" + to_string(key_) + "\": " + why}));
  }

  void say_held() {
    for (const auto& done : holding_)
      done->set_value();
    holding_.clear();
  }

  void carry_out(const actions& todo) {
    for (const auto& what : todo)
      std::visit([&](const auto& one) { carry_out(one, what); }, what);
    publish();
  }

  void carry_out(const todo::fetch& what, const action&) {
    const auto from = with_->others->find(roles::coordinator);
    if (!from)
      return later([this, what] {
        carry_out(machine_->on_fetch_failed("the coordinator is being restarted", what.token));
      });
    compat::ask(self_, from, caf::infinite, fetch_atom_v, what.after, with_->context.spec,
                what.seen)
        .then([this,
               what](const page_ptr& events) { carry_out(machine_->on_page(events, what.token)); },
              [this, what](const caf::error& problem) {
                carry_out(machine_->on_fetch_failed(render(problem), what.token));
              });
  }

  void carry_out(const todo::wake& what, const action&) {
    compat::tell_after(self_, what.delay, caf::actor{self_}, timer_atom_v, what.token);
  }

  void carry_out(const todo::retry_letters& what, const action&) {
    compat::tell_after(self_, what.delay, caf::actor{self_}, letters_due_atom_v, what.token);
  }

  void carry_out(const todo::settled& what, const action&) {
    publish(); // who asked looks at the status next
    if (what.order->done)
      what.order->done(what.report);
  }

  void carry_out(const todo::save_later& what, const action&) {
    if (const auto to = with_->others->find(roles::checkpoint)) {
      const auto& record = machine_->record();
      compat::tell(self_, to, save_atom_v,
                   pending_save{{with_, &with_->context},
                                with_->save_pool,
                                {key_, record.epoch},
                                record.position,
                                what.advance,
                                caf::actor{self_}});
    }
  }

  void carry_out(const todo::announce_letter& what, const action&) {
    if (const auto to = with_->others->find(roles::dead_letter))
      compat::tell(self_, to, letter_atom_v, std::make_shared<const dead_letter>(what.letter));
  }

  void carry_out(const todo::note& what, const action&) {
    if (with_->observer)
      with_->observer(key_, what);
  }

  void carry_out(const todo::held&, const action&) { say_held(); }

  void carry_out(const todo::end& what, const action&) {
    publish();
    if (what.why == todo::end::reason::normal)
      self_->quit(make_exit(exit_code::normal, {}));
    else
      self_->quit(make_exit(exit_code::store_fault, what.text));
  }

  /// The jobs: claim, apply, give_up, replay, look, keep_failure, save_passed, release.
  template <class Job>
  void carry_out(const Job&, const action& what) {
    if (with_->context.spec->where == effect::outside && !std::is_same_v<Job, todo::claim>)
      run_after_flush(what);
    else
      run(what);
  }

  /// A commit goes on from the stored position, so what the checkpoint actor holds comes first.
  void run_after_flush(const action& what, int look = 1) {
    const bool plain = std::holds_alternative<todo::apply>(what) && machine_->parked()->empty();
    const auto saver = with_->others->find(roles::checkpoint);
    if (plain || !saver)
      return run(what);
    begin_job({}); // which has no session: another saves for it
    job_->enter_store();
    compat::ask(self_, saver, caf::infinite, flush_atom_v, key_,
                machine_->record().epoch)
        .then(
            [this, what](position_t stored) {
              end_job(); // what comes next may wait for a session, or find none
              carry_out(machine_->on_saved_later(stored));
              run(what);
            },
            [this, what, look](const caf::error& problem) {
              const bool gone = problem == caf::sec::request_receiver_down;
              end_job();
              if (gone && look < max_looks) // another will be up soon
                return later([this, what, look] { run_after_flush(what, look + 1); });
              carry_out(machine_->on_job_lost(render(problem)));
            });
  }

  void run(const action& what, int look = 1) {
    const auto sessions = with_->others->find(with_->pool);
    if (!sessions && look < max_looks)
      return later([this, what, look] { run(what, look + 1); });
    if (!sessions)
      return carry_out(machine_->on_job_lost("there is no session to run its jobs"));
    result_ = std::make_shared<job_result>();
    begin_job(with_->pool);
    auto work = std::make_shared<const std::function<void()>>(
        [result = result_, meter = job_, todo = make_job(with_->context, *machine_, what, job_)] {
          meter->enter_session(current_session());
          *result = todo();
          meter->enter_return();
        });
    compat::tell(self_, sessions, work_atom_v,
                 std::make_shared<session_order>(std::move(work), caf::actor{self_}, job_->id()));
  }

  void begin_job(const std::string& pool) {
    job_ = std::make_shared<job_meter>(key_, pool, with_->context.spec,
                                       with_->shown->times_of(key_), with_->context.store);
    with_->shown->begin_job(job_);
  }

  void on_ran(std::uint64_t job) {
    if (!job_ || job_->id() != job)
      return;
    end_job();
    const auto result = std::exchange(result_, nullptr);
    carry_out((*result)(*machine_));
  }

  void on_lost(std::uint64_t job, const std::string& why) {
    if (!job_ || job_->id() != job)
      return;
    end_job();
    carry_out(machine_->on_job_lost(why));
  }

  void end_job() { with_->shown->end_job(std::exchange(job_, nullptr)); }

  /// Runs `call` a moment later, when an actor that is being restarted may be back.
  void later(std::function<void()> call) {
    compat::tell_after(self_, std::chrono::milliseconds{50}, caf::actor{self_}, later_atom_v,
                       std::move(call));
  }

  void publish() {
    const auto& m = *machine_;
    projection_status status;
    status.key = key_;
    status.state = m.state();
    if (status.state == projection_state::ended)
      status.state = projection_state::draining; // its supervisor says whether that is the end
    status.reason = m.reason();
    status.evidence.fenced = m.fenced_by_other();
    status.evidence.unrecoverable = m.unrecoverable();
    status.evidence.next_try_at = m.next_try();
    status.evidence.stopped_before = m.stopped_before();
    status.evidence.full = m.full();
    status.evidence.held = m.held();
    if (m.claimed() || m.record().epoch > 0)
      status.position = m.record().position;
    status.passed = m.passed();
    status.set_aside = m.set_aside();
    status.last_error = m.last_error();
    status.since = with_->machine.time->now();
    with_->shown->publish(status, m.record());
  }

  self_ptr self_;
  std::shared_ptr<const projection_services> with_;
  shard_key key_;
  std::unique_ptr<projection_machine> machine_;
  std::shared_ptr<job_meter> job_; ///< Under way; null if none is.
  std::shared_ptr<job_result> result_; ///< Where it leaves what it came to.
  std::vector<std::shared_ptr<std::promise<void>>> holding_;
};

caf::behavior run(projection_state_of_actor::self_ptr self,
                  std::shared_ptr<const projection_services> with) {
  return compat::state(self).make_behavior(std::move(with));
}

} // namespace

caf::actor spawn_projection(caf::local_actor& host,
                            std::shared_ptr<const projection_services> with) {
  return host.home_system().spawn(run, std::move(with));
}

} // namespace waymark
