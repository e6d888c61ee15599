#pragma once

#include <waymark/messages/error.hpp>

#include "supervisors/supervisor_actor.hpp"
#include "tests/caf_fixture.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace waymark::testing {

/// What the workers of a test do, and what became of them.
struct worker_record {
  /// Workers that can't be started, and why.
  std::map<std::string, std::string> broken;
  /// Workers that do not stop when they are told to.
  std::vector<std::string> hung;
  std::vector<std::string> lines;
  std::vector<supervisor_event> events;
  /// Why the supervisor ended.
  std::string ended;
  bool observer_throws = false;

  void note(std::string line) { lines.push_back(std::move(line)); }
};

/// A supervisor over workers that end on command, and a transcript of their starts and ends.
class supervised_workers : public worker_record, public caf_fixture {
 public:
  /// No jitter, so that times are exact.
  static supervisor_options options(std::string name = "top") {
    supervisor_options made;
    made.name = std::move(name);
    made.backoff = {std::chrono::milliseconds{100}, std::chrono::seconds{30}, 2.0, 0.0};
    return made;
  }

  child_spec worker(const std::string& name, restart_kind kind = restart_kind::permanent) {
    child_spec spec;
    spec.name = name;
    spec.restart = kind;
    spec.start = [test = record(), name](caf::local_actor& host) -> caf::actor {
      if (const auto why = test->broken.find(name); why != test->broken.end()) {
        test->note("broken " + name);
        throw std::runtime_error{why->second};
      }
      test->note("start " + name);
      return host.spawn(work, test, name);
    };
    return spec;
  }

  /// Starts a supervisor over workers a, b and c, or over these children.
  void start(supervisor_options how, std::vector<child_spec> children = {}) {
    if (children.empty())
      children = {worker("a"), worker("b"), worker("c")};
    auto list = std::make_shared<roster>();
    for (auto& child : children)
      list->add(std::move(child));
    start(std::move(how), std::move(list));
  }

  void start(supervisor_options how, std::shared_ptr<roster> list) {
    how.observer = observer();
    top = spawn_supervisor(system(), std::move(how), std::move(list));
    on_end(top, [test = record()](const caf::error& reason) { test->ended = render(reason); });
    jobs();
  }

  supervisor_observer observer() {
    return [test = record()](const supervisor_event& event) {
      test->events.push_back(event);
      if (test->observer_throws)
        throw std::runtime_error{"no room for logs"};
    };
  }

  caf::actor child(const std::string& name) {
    return request<caf::actor>(top, child_atom_v, name)->value.value_or(caf::actor{});
  }

  bool up(const std::string& name) { return static_cast<bool>(child(name)); }

  /// Ends a worker: "crash", "store", "projection" or "normal"; true if it was there.
  bool end(const std::string& name, const std::string& how = "crash") {
    const auto who = child(name);
    compat::anon_tell(who, how);
    jobs();
    return static_cast<bool>(who);
  }

  /// What the supervisor answered to a command: "" is yes.
  template <class Atom, class Arg>
  std::string command(Atom word, Arg arg) {
    const auto reply = request<caf::unit_t>(top, word, std::move(arg));
    return reply->error.value_or(reply->value ? "" : "no answer yet");
  }

  child_snapshot snapshot() { return request<child_snapshot>(top, snapshot_atom_v)->value.value(); }

  child_snapshot snapshot(const std::string& name) {
    const auto all = snapshot().children;
    return *std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
  }

  /// The transcript since the last call.
  std::string log() {
    std::string all;
    for (const auto& line : std::exchange(lines, {}))
      all += (all.empty() ? "" : ", ") + line;
    return all;
  }

  std::size_t count(supervisor_event::kind what) const {
    return static_cast<std::size_t>(std::count_if(
        events.begin(), events.end(), [&](const auto& event) { return event.what == what; }));
  }

  caf::actor top;

 private:
  /// What actors may refer to: it outlives them.
  worker_record* record() { return this; }

  static caf::behavior work(caf::event_based_actor* self, worker_record* test,
                            const std::string& name) {
    set_quiet_handlers(self);
    self->attach_functor([test, name](const caf::error&) { test->note("end " + name); });
    if (std::count(test->hung.begin(), test->hung.end(), name) > 0)
      self->set_exit_handler([](caf::exit_msg&) {});
    return {[self](const std::string& how) {
      if (how == "crash")
        throw std::runtime_error{"boom"};
      if (how == "store")
        throw store_error{"disk full"};
      if (how == "projection")
        throw projection_error{"no such table: revenue"};
      self->quit();
    }};
  }
};

} // namespace waymark::testing
