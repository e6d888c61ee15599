#include "supervisors/explain.hpp"

#include "actors/degraded_words.hpp"
#include "messages/text.hpp"
#include "supervisors/supervisor_event.hpp"
#include "supervisors/wording.hpp"

#include <algorithm>
#include <cmath>

namespace waymark {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds quiet_log{1'000};  ///< A log that got nothing for so long is quiet.
constexpr milliseconds noticeable{1'000}; ///< A stage of work that lasts longer is spoken of.
constexpr double share_worth_a_word = 0.5;

struct view {
  const projection_status& status;
  const lag& behind;
  timestamp now;
  const projection_evidence& evidence = status.evidence;
};

std::string count(std::int64_t n, const char* one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

milliseconds between(timestamp from, timestamp to) {
  return std::chrono::duration_cast<milliseconds>(to - from);
}

std::string at(const view& v) {
  return " at position " + std::to_string(v.status.passed);
}

std::string since(const view& v) {
  return " since " + to_string(v.status.since);
}

std::string describe(const work_at_hand& work) {
  const auto who = "\"" + to_string(work.who) + "\"";
  if (work.at == work_at_hand::stage::handling)
    return who + " has been in " + event_of(work) + " for " + spelled(work.lasts);
  return who + " has been in the store for " + spelled(work.lasts);
}

std::string next_try(const view& v) {
  const auto& e = v.evidence;
  if (!e.next_try_at)
    return {};
  const auto left = between(v.now, *e.next_try_at);
  return left.count() > 0 ? ", next try in " + spelled(left) : ", next try at any moment";
}

std::string failures(const view& v) {
  if (v.evidence.failures_in_a_row == 0)
    return {};
  return " after " + count(v.evidence.failures_in_a_row, "failure") +
         (v.evidence.failures_in_a_row > 1 ? " in a row" : "");
}

std::string waits_for_session(const view& v) {
  auto text = "waits for a session" + at(v) + ", for " + spelled(v.evidence.work->lasts) + " now";
  const auto& holders = v.evidence.sessions_held_by;
  if (holders.empty())
    return text;
  text += holders.size() == 1 ? ": the only one is busy, " : ": all are busy, ";
  for (std::size_t i = 0; i < holders.size(); ++i)
    text += (i == 0 ? "" : ", ") + describe(holders[i]);
  return text + "; a projection in a store of its own waits for nobody";
}

std::string waits_for_store(const view& v) {
  const auto time = spelled(v.evidence.work->lasts);
  if (!v.evidence.lock)
    return "has waited for its store" + at(v) + " for " + time;
  const auto& lock = *v.evidence.lock;
  auto text = "waits for a lock" + at(v) + ", for " + time + " now: " + lock.session;
  if (!lock.application.empty())
    text += " (\"" + lock.application + "\")";
  text += " holds it";
  if (!lock.doing.empty())
    text += ", " + lock.doing;
  return text + "; end that transaction to let it go on";
}

std::string works(const view& v) {
  const auto& work = *v.evidence.work;
  return (v.status.state == projection_state::stalled ? "has stalled in event "
                                                      : "has been in event ") +
         event_of(work) + " for " + spelled(work.lasts) +
         "; look at what its handler waits for";
}

std::string catches_up(const view& v) {
  auto text = "is catching up: " + count(*v.behind.events, "event") + " behind";
  if (v.status.events_per_second >= 1) {
    text += " at " + std::to_string(std::llround(v.status.events_per_second)) + " events/s";
    if (v.behind.time_to_catch_up)
      text += ", done in about " + spelled(*v.behind.time_to_catch_up);
  }
  if (v.evidence.busiest_share >= share_worth_a_word)
    text += "; the handler for \"" + v.evidence.busiest_handler + "\" takes " +
            std::to_string(std::lround(v.evidence.busiest_share * 100)) + " % of the time";
  return text;
}

std::string has_caught_up(const view& v) {
  const auto last = v.evidence.last_appended_at;
  const bool empty = v.status.passed == 0 && !last;
  auto text = empty ? "has caught up: the log is empty" : "has caught up" + at(v);
  const bool quiet = last && between(*last, v.now) >= quiet_log;
  if (quiet)
    text += "; no events have been appended since " + to_string(*last);
  const auto& obstacle = v.evidence.append_obstacle;
  if ((quiet || empty) && !obstacle.empty())
    text += "; " + obstacle;
  return text;
}

std::string progress(const view& v) {
  const auto& work = v.evidence.work;
  if (work && work->lasts >= noticeable && v.evidence.lock)
    return waits_for_store(v);
  if (work && work->lasts >= noticeable)
    switch (work->at) {
    case work_at_hand::stage::waiting_for_session:
      return waits_for_session(v);
    case work_at_hand::stage::in_store:
      return waits_for_store(v);
    case work_at_hand::stage::handling:
      return works(v);
    }
  if (v.status.state == projection_state::stalled)
    return "has stalled" + at(v) + ": " + v.evidence.stalled.value_or(v.status.reason);
  if (v.status.state == projection_state::starting)
    return "is starting" + (v.status.reason.empty() ? "" : ": " + v.status.reason);
  if (!v.status.reason.empty())
    return "is " + v.status.reason + "," + at(v);
  if (!v.behind.events)
    return "is" + at(v) + "; the head of the log is not known" +
           (v.status.last_error ? ": " + *v.status.last_error : "");
  return *v.behind.events == 0 ? has_caught_up(v) : catches_up(v);
}

std::string stands_by(const view& v) {
  if (v.evidence.fenced)
    return "was fenced" + at(v) + since(v) + " by " +
           v.evidence.owner.value_or("another owner, or by a reset") +
           "; takes over when that one lets go";
  if (!v.evidence.owner)
    return "stands by" + at(v) + ": " + v.status.reason;
  return "stands by" + at(v) + since(v) + ": owned by " + *v.evidence.owner +
         "; takes over when that one lets go";
}

std::string has_failed(const view& v) {
  return std::string{"has failed"} + at(v) + since(v) + ": " + v.status.reason +
         (v.evidence.unrecoverable
              ? "; unrecoverable in this process: restart it if the handler does not come back"
              : "; mend it and resume it") +
         next_try(v);
}

std::string backs_off(const view& v) {
  return "is backing off" + at(v) + ": " + v.status.reason +
         (v.status.last_error ? " (" + *v.status.last_error + ")" : "") + next_try(v) +
         "; mend its cause meanwhile, or it is given up";
}

std::string is_degraded(const view& v) {
  auto what = v.status.reason;
  if (!degraded_words::say_all(what))
    what = "its store can't serve (" + what + ")";
  return "is degraded" + at(v) + since(v) + ": " + what + failures(v) + next_try(v) +
         "; it goes on by itself, and nothing is lost";
}

std::string situation(const view& v) {
  const auto& reason = v.status.reason;
  switch (v.status.state) {
  case projection_state::starting:
  case projection_state::running:
  case projection_state::stalled:
    return progress(v);
  case projection_state::backing_off:
    if (reason.starts_with(restarted))
      return "is being " + reason + "," + at(v) + next_try(v);
    if (v.evidence.failures_in_a_row == 0)
      return backs_off(v);
    return "is being restarted" + at(v) + failures(v) + " (" + reason + ")" + next_try(v);
  case projection_state::paused:
    if (v.evidence.full)
      return "is full" + at(v) + since(v) + ": " + reason + "; it then goes on by itself";
    if (v.evidence.held)
      return "is " + reason + "," + since(v) + at(v) + "; it then goes on by itself";
    return "is " + (reason.empty() ? std::string{"paused"} : reason) + "," + since(v) + at(v) +
           ", until it is resumed or its process ends";
  case projection_state::stopped:
    return "is " + reason;
  case projection_state::failed:
    return has_failed(v);
  case projection_state::degraded:
    return is_degraded(v);
  case projection_state::standing_by:
    return stands_by(v);
  case projection_state::diverged:
    return "has diverged from the log" + at(v) + ": " + reason;
  case projection_state::draining:
    return "is finishing its batch and will end";
  case projection_state::ended:
    return "has ended" + at(v) + (reason.empty() ? "" : ": " + reason);
  }
  return {};
}

std::string set_aside(const view& v) {
  const auto& aside = v.status.set_aside;
  std::string text;
  if (aside.parked_keys > 0)
    text = "; " + count(aside.parked_keys, "key") + (aside.parked_keys == 1 ? " is" : " are") +
           " parked with " + count(aside.parked_events, "event");
  else if (aside.letters > 0)
    text = "; " + count(aside.letters, "dead letter");
  if (!text.empty() && v.evidence.parked_since)
    text += " since " + to_string(*v.evidence.parked_since);
  return text;
}

} // namespace

std::string explain_status(const projection_status& status, const lag& behind, timestamp now) {
  const view v{status, behind, now};
  return on_one_line("projection \"" + status.key.projection + "\" " + situation(v) + set_aside(v));
}

} // namespace waymark
