#include "supervisors/supervisor_state.hpp"

#include "supervisors/promises.hpp"

#include <algorithm>
#include <chrono>

namespace waymark {
namespace {

using std::chrono::milliseconds;

child_end end_of(exit_code code) {
  switch (code) {
  case exit_code::normal:
    return child_end::normal;
  case exit_code::store_fault:
    return child_end::store_fault;
  default:
    return child_end::crash;
  }
}

std::string exactly(milliseconds time) {
  if (time.count() % 1000 == 0)
    return std::to_string(time.count() / 1000) + " s";
  return std::to_string(time.count()) + " ms";
}

} // namespace

supervisor_state::~supervisor_state() {
  for (const auto& child : children_)
    if (child.up)
      compat::anon_stop_now(child.up, caf::exit_reason::user_shutdown);
}

caf::behavior supervisor_state::make_behavior(supervisor_options options,
                                              std::shared_ptr<roster> children) {
  options_ = std::move(options);
  roster_ = std::move(children);
  intensity_ = {options_.intensity, options_.period};
  random_.seed(static_cast<std::minstd_rand::result_type>(options_.seed));
  for (const auto& entry : roster_->children())
    children_.push_back(make_child(entry));
  set_quiet_handlers(self_);
  self_->set_down_handler([this](caf::down_msg& down) { on_down(down); });
  self_->set_exit_handler([this](caf::exit_msg& order) {
    shut_down(std::move(order.reason));
    progress();
  });
  progress();
  return {
      [this](tick_atom) { progress(); },
      [this](add_child_atom, const child_spec& spec) { return add(spec); },
      [this](child_atom, const std::string& who) { return handle_of(who); },
      [this](stop_child_atom, const std::string& who) { return stop(who, false); },
      [this](remove_child_atom, const std::string& who) { return stop(who, true); },
      [this](restart_child_atom, const std::string& who) { return restart(who); },
      [this](snapshot_atom) { return take_snapshot(); },
  };
}

void supervisor_state::on_down(const caf::down_msg& down) {
  const auto child = std::find_if(children_.begin(), children_.end(), [&](const auto& c) {
    return c.up && c.up.address() == down.source;
  });
  if (child == children_.end())
    return; // it was abandoned
  if (child->leaving) {
    // After an escalation with this supervisor, unless that is given up.
    const bool goes_on = !shutting_down_ || code_of(exit_reason_) == exit_code::restart_limit;
    const bool comes_back =
        goes_on && !child->forgotten && child->wanted == child_state::running;
    report_stop(*child, comes_back);
    on_gone(child);
  } else {
    child->up = nullptr;
    on_failure(*child, down.reason);
  }
  progress();
}

void supervisor_state::report_stop(managed& who, bool comes_back) {
  auto news = event(supervisor_event::kind::stopped, who, "");
  const auto with = std::exchange(who.goes_with, {});
  if (comes_back && shutting_down_)
    news.reason = "with its supervisor, which gives up: " + render(exit_reason_);
  else if (comes_back)
    news.reason = with.empty() ? "on demand" : with;
  if (comes_back)
    news.reason.insert(0, restarted);
  if (comes_back && who.due > now())
    news.delay = std::chrono::ceil<milliseconds>(who.due - now());
  report(news);
}

void supervisor_state::shut_down(caf::error reason) {
  if (shutting_down_)
    return;
  shutting_down_ = true;
  exit_reason_ = std::move(reason);
  for (auto& child : children_) {
    child.leaving = static_cast<bool>(child.up);
    deliver(child.await_start, refusal("supervisor '" + options_.name + "' is stopping"));
  }
}

void supervisor_state::progress() {
  abandon_overdue();
  retry_failed();
  start_due();
  tell_leaving();
  if (shutting_down_ && !any_leaving())
    self_->quit(exit_reason_);
}

void supervisor_state::abandon_overdue() {
  for (auto i = children_.size(); i-- > 0;) {
    auto& child = children_[i];
    if (!child.told || now() < child.deadline)
      continue;
    compat::anon_stop_now(child.up, caf::exit_reason::kill);
    report(event(supervisor_event::kind::abandoned, child,
                 "it did not stop within " + exactly(shutdown_of(child.spec)) +
                     "; it was killed and left behind"));
    on_gone(children_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// With a clean slate, as if somebody had asked for it.
void supervisor_state::retry_failed() {
  for (auto& child : children_) {
    if (child.wanted != child_state::failed || child.retry_at == time_point{} ||
        now() < child.retry_at)
      continue;
    child.wanted = child_state::running;
    child.retry_at = {};
    child.due = now();
    child.backoff.reset();
    child.intensity.clear();
  }
}

void supervisor_state::start_due() {
  const bool grouped = options_.strategy != restart_strategy::one_for_one;
  for (auto& child : children_) {
    if (shutting_down_ || (grouped && any_leaving()))
      return;
    if (child.wanted == child_state::running && !child.up && child.due <= now())
      start(child);
  }
}

void supervisor_state::start(managed& who) {
  who.started = now();
  try {
    who.up = who.spec.start(*self_);
    if (!who.up)
      throw std::logic_error{"its start function returned no actor"};
  } catch (...) {
    const auto reason = from_exception(std::current_exception());
    deliver(who.await_start, reason);
    return on_failure(who, reason);
  }
  self_->monitor(who.up);
  report(event(supervisor_event::kind::started, who));
  deliver(who.await_start);
}

void supervisor_state::tell_leaving() {
  const bool all = shutting_down_ && options_.ends_at_once;
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    if (!child->leaving)
      continue;
    if (!child->told)
      tell(*child);
    if (!all)
      return; // the one before it comes when this one is down
  }
}

void supervisor_state::tell(managed& who) {
  const auto time = shutdown_of(who.spec);
  who.told = true;
  who.deadline = now() + time;
  compat::stop_now(self_, who.up, caf::exit_reason::user_shutdown);
  look_again_in(time);
}

void supervisor_state::look_again_in(std::chrono::nanoseconds delay) {
  compat::tell_after(self_, delay, self_, tick_atom_v);
}

void supervisor_state::on_failure(managed& who, const caf::error& reason) {
  const auto code = code_of(reason);
  const auto counts = code == exit_code::store_fault ? counted::no : counted::yes;
  who.last_reason = render(reason);
  if (code == exit_code::projection_failed)
    return give_up(who, who.last_reason);
  if (!is_restarted(who.spec.restart, end_of(code))) {
    if (code != exit_code::normal)
      return give_up(who, who.last_reason, true);
    who.wanted = child_state::stopped;
    return report(event(supervisor_event::kind::ended, who, who.last_reason));
  }
  const bool alone = options_.at_limit == on_intensity::fail_child;
  if ((alone ? who.intensity : intensity_).allows(now(), counts))
    return restart_later(who, counts);
  if (alone)
    return give_up(who, limit_text(who));
  escalate(who);
}

void supervisor_state::restart_later(managed& who, counted counts) {
  const auto random = std::uniform_real_distribution<double>{}(random_);
  const auto delay = who.backoff.next(now() - who.started, random);
  std::vector<child_view> views;
  for (const auto& child : children_)
    views.push_back({snapshot_of(child).state, child.spec.restart});
  const auto plan =
      plan_restart(options_.strategy, views, static_cast<std::size_t>(&who - children_.data()));
  for (const auto i : plan.stop) {
    children_[i].leaving = true;
    children_[i].goes_with = "with \"" + who.spec.name + "\", which has failed: " + who.last_reason;
    if (children_[i].spec.restart == restart_kind::temporary)
      children_[i].wanted = child_state::stopped;
  }
  for (const auto i : plan.start)
    children_[i].due = std::max(children_[i].due, now() + delay);
  ++who.restarts;
  auto news = event(supervisor_event::kind::restarting, who, who.last_reason);
  news.attempt = who.backoff.attempt();
  news.delay = delay;
  news.store_fault = counts == counted::no;
  report(news);
  look_again_in(delay);
}

void supervisor_state::give_up(managed& who, const std::string& why, bool for_good) {
  who.wanted = child_state::failed;
  auto news = event(supervisor_event::kind::failed, who, why);
  if (!for_good && options_.failed_retry.count() > 0) {
    who.retry_at = now() + options_.failed_retry;
    news.delay = options_.failed_retry;
    look_again_in(options_.failed_retry);
  }
  report(news);
}

void supervisor_state::escalate(managed& who) {
  const auto why =
      "child '" + who.spec.name + "' of supervisor '" + options_.name + "' " + limit_text(who);
  who.wanted = child_state::failed;
  report(event(supervisor_event::kind::escalated, who, why));
  shut_down(make_exit(exit_code::restart_limit, why));
}

void supervisor_state::on_gone(managed_iterator who) {
  who->up = nullptr;
  who->leaving = false;
  who->told = false;
  deliver(who->await_down);
  if (!who->forgotten)
    return;
  roster_->remove(who->spec.name);
  children_.erase(who);
}

supervisor_state::managed supervisor_state::make_child(const roster::listed& entry) const {
  managed made{
      entry.spec, {options_.backoff, options_.period}, {options_.intensity, options_.period}};
  made.wanted = entry.stopped ? child_state::stopped : child_state::running;
  return made;
}

supervisor_state::managed_iterator supervisor_state::find(const std::string& child_name) {
  return std::find_if(children_.begin(), children_.end(),
                      [&](const auto& child) { return child.spec.name == child_name; });
}

const supervisor_state::managed*
supervisor_state::nested_with(const std::string& child_name) const {
  const auto found = std::find_if(children_.begin(), children_.end(), [&](const auto& child) {
    return child.spec.nested && child.spec.nested->knows(child_name);
  });
  return found == children_.end() ? nullptr : &*found;
}

bool supervisor_state::any_leaving() const {
  return std::any_of(children_.begin(), children_.end(),
                     [](const auto& child) { return child.leaving; });
}

std::string supervisor_state::limit_text(const managed& who) const {
  return "failed more than " + std::to_string(options_.intensity) + " times in " +
         exactly(options_.period) + "; last reason: " + who.last_reason;
}

child_snapshot supervisor_state::snapshot_of(const managed& who) const {
  child_snapshot view;
  view.name = who.spec.name;
  view.kind = who.spec.nested ? child_kind::supervisor : child_kind::worker;
  view.state =
      who.wanted == child_state::running && !who.up ? child_state::backing_off : who.wanted;
  view.restarts = who.restarts;
  view.last_reason = who.last_reason;
  if (view.state == child_state::backing_off && who.due > now())
    view.next_try_in = std::chrono::ceil<milliseconds>(who.due - now());
  return view;
}

supervisor_event supervisor_state::event(supervisor_event::kind what, const managed& who,
                                         std::string reason) const {
  return {what, options_.name, who.spec.name, std::move(reason)};
}

void supervisor_state::report(const supervisor_event& event) const {
  try {
    if (options_.observer)
      options_.observer(event);
  } catch (...) { // whoever only looks on must not disturb
  }
}

} // namespace waymark
