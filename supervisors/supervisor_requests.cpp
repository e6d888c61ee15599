// What a supervisor does when it is asked for something; what it does by itself stands in
// supervisor_state.cpp.
#include "supervisors/promises.hpp"
#include "supervisors/supervisor_state.hpp"

#include <algorithm>

namespace waymark {

template <class... Ts>
caf::response_promise supervisor_state::pass_on(const std::string& child_name,
                                                const Ts&... message) {
  auto promise = self_->make_response_promise();
  const auto* nested = nested_with(child_name);
  if (nested && nested->up)
    promise.delegate(nested->up, message...);
  else if (nested)
    promise.deliver(refusal("supervisor '" + nested->spec.name + "' of '" + child_name + "' is " +
                            to_string(snapshot_of(*nested).state)));
  else
    promise.deliver(
        refusal("supervisor '" + options_.name + "' has no child '" + child_name + "'"));
  return promise;
}

caf::response_promise supervisor_state::add(const child_spec& spec) {
  const auto* nested = nested_with(spec.name);
  if (nested && nested->up)
    return pass_on(spec.name, add_child_atom_v, spec);
  auto promise = self_->make_response_promise();
  if (shutting_down_) {
    promise.deliver(refusal("supervisor '" + options_.name + "' is stopping"));
    return promise;
  }
  try {
    roster_->add(spec);
  } catch (const std::exception& e) {
    promise.deliver(refusal(e.what()));
    return promise;
  }
  if (!nested) {
    const auto all = roster_->children();
    const auto place = std::find_if(all.begin(), all.end(),
                                    [&](const auto& e) { return e.spec.name == spec.name; });
    children_.insert(children_.begin() + (place - all.begin()), make_child(*place));
    progress();
  }
  promise.deliver(caf::unit);
  return promise;
}

caf::response_promise supervisor_state::handle_of(const std::string& who) {
  const auto child = find(who);
  if (child == children_.end())
    return pass_on(who, child_atom_v, who);
  auto promise = self_->make_response_promise();
  if (child->up)
    promise.deliver(child->up);
  else
    promise.deliver(refusal("'" + who + "' is " + to_string(snapshot_of(*child).state)));
  return promise;
}

caf::response_promise supervisor_state::stop(const std::string& who, bool forget) {
  const auto child = find(who);
  const auto* nested = child == children_.end() ? nested_with(who) : nullptr;
  const bool down = nested && !nested->up; // and the child with it: it need only be forgotten
  if (child == children_.end() && !(down && forget))
    return forget ? pass_on(who, remove_child_atom_v, who) : pass_on(who, stop_child_atom_v, who);
  auto promise = self_->make_response_promise();
  if (down) {
    roster_->remove(who);
    promise.deliver(caf::unit);
    return promise;
  }
  roster_->mark_stopped(who, true);
  deliver(child->await_start, refusal("'" + who + "' was stopped"));
  child->wanted = child_state::stopped;
  child->forgotten = child->forgotten || forget;
  child->await_down.push_back(promise);
  if (child->up)
    child->leaving = true;
  else
    on_gone(child);
  progress();
  return promise;
}

caf::response_promise supervisor_state::restart(const std::string& who) {
  const auto child = find(who);
  if (child == children_.end())
    return pass_on(who, restart_child_atom_v, who);
  auto promise = self_->make_response_promise();
  if (shutting_down_) {
    promise.deliver(refusal("supervisor '" + options_.name + "' is stopping"));
    return promise;
  }
  roster_->mark_stopped(who, false);
  child->wanted = child_state::running;
  child->retry_at = {};
  child->forgotten = false;
  child->leaving = static_cast<bool>(child->up);
  child->due = now();
  child->backoff.reset();
  child->intensity.clear();
  child->await_start.push_back(promise);
  progress();
  return promise;
}

caf::response_promise supervisor_state::take_snapshot() {
  struct gathering {
    child_snapshot result;
    caf::response_promise promise;
    std::size_t missing = 1;
    void arrived() {
      if (--missing == 0)
        promise.deliver(result);
    }
  };
  auto all = std::make_shared<gathering>();
  all->promise = self_->make_response_promise();
  all->result.name = options_.name;
  all->result.kind = child_kind::supervisor;
  for (const auto& child : children_)
    all->result.children.push_back(snapshot_of(child));
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (!children_[i].spec.nested || !children_[i].up)
      continue;
    ++all->missing;
    compat::ask(self_, children_[i].up, caf::infinite, snapshot_atom_v)
        .then(
            [all, i](const child_snapshot& below) {
              all->result.children[i].children = below.children;
              all->arrived();
            },
            [all](const caf::error&) { all->arrived(); });
  }
  all->arrived();
  return all->promise;
}

} // namespace waymark
