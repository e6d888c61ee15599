#include "supervisors/remedies.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"
#include "actors/session_actor.hpp"
#include "persistence/crash_record.hpp"
#include "supervisors/wording.hpp"

#include <exception>
#include <functional>
#include <utility>

namespace waymark {

namespace {

/// An alarm waits so long for the interrupt, which a database that does not answer may hold up.
constexpr std::chrono::seconds interrupt_time{2};

void note(const engine_context& context, log_level level, const char* what, const shard_key& key,
          const std::string& text) {
  context.log->write(level, what, to_string(key), text);
}

/// Ends the transaction of the very run that was judged, which can't go on meanwhile.
void end_transaction(const engine_context& context, job_meter& job, const job_meter::view& seen) {
  const auto& key = job.key();
  try {
    const auto held = job.hold_in(seen);
    if (held && job.store() && job.store()->interrupt(key))
      note(context, log_level::warning, "interrupt", key,
           "its transaction was ended from outside");
  } catch (const std::exception& problem) {
    note(context, log_level::warning, "interrupt", key,
         std::string{"its transaction could not be ended: "} + problem.what());
  }
}

/// Calls the user's function at the first of its runs, and does nothing at further ones.
session_job alarm_job(const std::shared_ptr<engine_context>& context, const work_at_hand& work,
                      const std::string& text, const std::shared_ptr<void>& place) {
  const auto called = std::make_shared<std::atomic<bool>>(false);
  return std::make_shared<const std::function<void()>>([=] {
    static_cast<void>(place);
    if (called->exchange(true))
      return;
    try {
      const end_on_purpose may_be;
      context->options.on_unrecoverable(work, text);
    } catch (const std::exception& problem) {
      note(*context, log_level::error, "overdue", work.who,
           std::string{"on_unrecoverable has thrown: "} + problem.what());
    } catch (...) {
      note(*context, log_level::error, "overdue", work.who, "on_unrecoverable has thrown");
    }
  });
}

} // namespace

void remedies::restart_child(const char* supervisor, const std::string& child) {
  const auto root = context_->others->find(roles::root);
  if (!root)
    return;
  const auto refused = [context = context_, child](const caf::error& problem) {
    context->log->write(log_level::warning, "restart", child, render(problem));
  };
  compat::ask(self_, root, caf::infinite, child_atom_v, std::string{supervisor})
      .then(
          [self = self_, child, refused](const caf::actor& above) {
            compat::ask(self, above, caf::infinite, restart_child_atom_v, child)
                .then([] {}, refused);
          },
          refused);
}

void remedies::give_handler_up(const std::shared_ptr<job_meter>& job, const job_meter::view& seen,
                               std::chrono::milliseconds timeout) {
  const auto work = to_work(job->key(), seen, job_meter::time_point::clock::now());
  const auto text = "the handler for " + event_of(work) + " has not come back in " +
                    spelled(work.lasts) + " (handler_timeout is " + spelled(timeout) + ")";
  {
    const auto held = job->hold_in(seen);
    if (!held || !job->take_charge(seen))
      return;
    note_overdue(context_->owner, work.who, work.position); // before it can come back
    if (const auto to = context_->others->find(roles::projection(work.who)))
      compat::tell(self_, to, overdue_atom_v, job->id(), text);
  }
  note(*context_, log_level::error, "overdue", work.who, text);
  interrupt_then_alarm(job, seen, work, text);
  replace_session(*job);
}

void remedies::interrupt_then_alarm(const std::shared_ptr<job_meter>& job,
                                    const job_meter::view& seen, const work_at_hand& work,
                                    const std::string& text) {
  const std::shared_ptr<void> place{nullptr, [waiting = waiting_](void*) { --*waiting; }};
  if (++*waiting_ > most_waiting)
    return note(*context_, log_level::error, "overdue", work.who,
                "too many handlers hang: nothing more is done about this one");
  const auto alarms = context_->others->find(roles::alarms);
  session_job alarm;
  if (alarms) {
    alarm = alarm_job(context_, work, text, place);
    compat::tell_after(self_, interrupt_time, alarms, work_atom_v, alarm);
  }
  if (const auto to = context_->others->find(roles::interrupts))
    compat::tell(self_, to, work_atom_v,
                 std::make_shared<const std::function<void()>>(
                     [context = context_, job, seen, place, alarms, alarm] {
                       end_transaction(*context, *job, seen);
                       if (alarm)
                         compat::anon_tell(alarms, work_atom_v, alarm);
                     }));
}

void remedies::give_decoding_up(const work_at_hand& work, std::chrono::milliseconds timeout) {
  const auto text = "the decoding of " + event_of(work) + " has not come back in " +
                    spelled(work.lasts) + " (handler_timeout is " + spelled(timeout) +
                    "), and nobody gets events meanwhile: its upcaster or from_json hangs";
  context_->log->write(log_level::error, "overdue", "engine", text);
  const auto alarms = context_->others->find(roles::alarms);
  if (!alarms)
    return;
  ++*waiting_;
  const std::shared_ptr<void> place{nullptr, [waiting = waiting_](void*) { --*waiting; }};
  compat::tell(self_, alarms, work_atom_v, alarm_job(context_, work, text, place));
}

/// The only session of a store is not replaced: another would wait for the same writer.
void remedies::replace_session(const job_meter& job) {
  const auto session = job.session();
  if (!session.empty() && context_->others->find(roles::session(job.pool(), 2)))
    restart_child(roles::sessions, session);
}

} // namespace waymark
