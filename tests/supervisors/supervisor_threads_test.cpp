#include "tests/catch.hpp"

#include <waymark/messages/error.hpp>

#include "actors/exit_reason.hpp"
#include "supervisors/supervisor_actor.hpp"

#include <condition_variable>
#include <map>
#include <mutex>

using namespace waymark;
using namespace std::chrono_literals;

namespace {

/// Counts what happened on the scheduler's threads, and waits for it.
class tally {
 public:
  void add(const std::string& what) {
    const std::lock_guard lock{mutex_};
    ++counts_[what];
    changed_.notify_all();
  }

  bool reaches(const std::string& what, int count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 30s, [&] { return counts_[what] >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> counts_;
};

caf::behavior fail_at_once(caf::event_based_actor* self, bool by_store) {
  set_quiet_handlers(self);
  compat::tell(self, self, tick_atom_v);
  return {[by_store](tick_atom) {
    if (by_store)
      throw store_error{"locked"};
    throw std::runtime_error{"boom"};
  }};
}

caf::behavior live_on(caf::event_based_actor* self, tally* seen) {
  set_quiet_handlers(self);
  self->attach_functor([seen](const caf::error&) { seen->add("ended"); });
  return {[](tick_atom) {}};
}

} // namespace

TEST_CASE("A supervisor restarts and stops its children on real threads and a real clock") {
  tally seen;
  caf::actor_system_config config;
  caf::actor_system system{config};
  supervisor_options how;
  how.name = "top";
  how.at_limit = on_intensity::fail_child;
  how.backoff = {1ms, 2ms, 2.0, 0.1};
  how.observer = [&](const supervisor_event& event) {
    if (event.what == supervisor_event::kind::restarting)
      seen.add("restarted " + event.child);
    if (event.what == supervisor_event::kind::failed)
      seen.add("failed " + event.child);
  };
  auto children = std::make_shared<roster>();
  children->add({"calm", [&](caf::local_actor& host) { return host.spawn(live_on, &seen); }});
  children->add({"bad", [](caf::local_actor& host) { return host.spawn(fail_at_once, false); }});
  children->add({"locked", [](caf::local_actor& host) { return host.spawn(fail_at_once, true); }});
  auto top = spawn_supervisor(system, how, children);
  top->attach_functor([&](const caf::error&) { seen.add("stopped"); });

  CHECK(seen.reaches("restarted bad", 5));
  CHECK(seen.reaches("failed bad", 1));
  CHECK(seen.reaches("restarted locked", 100));
  compat::anon_stop_now(top, caf::exit_reason::user_shutdown);
  top = nullptr;
  CHECK(seen.reaches("ended", 1));
  CHECK(seen.reaches("stopped", 1));
}
