#include "tests/catch.hpp"

#include "supervisors/groups.hpp"
#include "tests/supervisors/supervised_workers.hpp"

using namespace waymark;
using namespace waymark::testing;
using namespace std::chrono_literals;
using kind = supervisor_event::kind;

namespace {

/// projections[ reports(rest_for_one)[a, mails[m]], x ]: x is in no group.
struct tree_of_workers : supervised_workers {
  supervision tree =
      projections_tree({{.name = "reports",
                         .strategy = restart_strategy::rest_for_one,
                         .intensity = 1,
                         .backoff = {100ms, 30s, 2.0, 0.0},
                         .children = {"a", "b", supervision{.name = "mails", .children = {"m"}}}}});

  void start_tree() {
    tree.backoff.jitter = 0;
    auto plan = plan_supervision(tree, observer(), 1);
    start(plan.options, plan.children);
    for (const auto* name : {"x", "b", "a", "m"})
      REQUIRE(command(add_child_atom_v, worker(name)).empty());
    log();
  }

  void stop_tree() {
    compat::anon_stop_now(top, caf::exit_reason::user_shutdown);
    jobs();
  }
};

std::string outline(const child_snapshot& node) {
  std::string all = node.name;
  if (node.kind == child_kind::worker)
    return all;
  all += "[";
  for (const auto& child : node.children)
    all += (all.back() == '[' ? "" : " ") + outline(child);
  return all + "]";
}

} // namespace

TEST_CASE_METHOD(tree_of_workers, "Children find their place in the tree by their names") {
  start_tree();
  CHECK(outline(snapshot()) == "projections[reports[a b mails[m]] x]");
  for (const auto* name : {"a", "b", "m", "x", "reports", "mails"})
    CHECK(up(name));
  CHECK(supervisor_of(tree, "m")->name == "mails");
  CHECK(supervisor_of(tree, "x") == nullptr);
  stop_tree();
  CHECK(log() == "end x, end m, end b, end a");
  CHECK(ended == "stopped");
}

TEST_CASE_METHOD(tree_of_workers, "A nested supervisor that escalates is restarted with all") {
  start_tree();
  end("b");
  advance(100ms);
  log();
  end("b");
  CHECK(log() == "end b, end m, end a");
  CHECK(up("x"));
  CHECK_FALSE(up("reports"));
  CHECK(snapshot("reports").last_reason ==
        "child 'b' of supervisor 'reports' failed more than 1 times in 30 s; last reason: boom");
  advance(100ms);
  CHECK(log() == "start a, start b, start m");
  CHECK(outline(snapshot()) == "projections[reports[a b mails[m]] x]");
}

TEST_CASE_METHOD(tree_of_workers, "A bad group fails at last, and takes nobody down") {
  start_tree();
  for (int i = 0; i < 12; ++i) {
    REQUIRE(end("b"));
    advance(2s);
  }
  CHECK(snapshot("reports").state == child_state::failed);
  CHECK(up("x"));
  CHECK(ended.empty());
  CHECK(command(stop_child_atom_v, std::string{"a"}) == "supervisor 'reports' of 'a' is failed");
  CHECK(command(restart_child_atom_v, std::string{"reports"}).empty());
  CHECK(up("b"));
}

TEST_CASE_METHOD(tree_of_workers, "A child added while its supervisor is down starts with it") {
  start_tree();
  CHECK(command(remove_child_atom_v, std::string{"m"}).empty());
  end("b");
  advance(100ms);
  end("b");
  REQUIRE_FALSE(up("reports"));
  CHECK(command(add_child_atom_v, worker("m")).empty());
  log();
  advance(100ms);
  CHECK(log() == "start a, start b, start m");
}

TEST_CASE_METHOD(tree_of_workers,
                 "What was stopped by name stays so when its supervisor restarts") {
  start_tree();
  CHECK(command(stop_child_atom_v, std::string{"a"}).empty());
  for (int i = 0; i < 2; ++i) {
    end("b");
    advance(100ms);
  }
  CHECK(up("b"));
  CHECK_FALSE(up("a"));
  CHECK(command(restart_child_atom_v, std::string{"a"}).empty());
  CHECK(up("a"));
}

TEST_CASE_METHOD(tree_of_workers, "A supervisor's deadline leaves room for its children's") {
  hung = {"b", "m"};
  start_tree();
  stop_tree();
  advance(4'990ms);
  CHECK(log() == "end x");
  advance(10ms);
  CHECK(log() == "end m");
  advance(5s);
  CHECK(log() == "end b, end a");
  CHECK(count(kind::abandoned) == 2);
  CHECK(ended == "stopped");
}

TEST_CASE_METHOD(supervised_workers, "Children are added, stopped, restarted and removed by name") {
  start(options());
  log();
  CHECK(command(add_child_atom_v, worker("d")).empty());
  CHECK(log() == "start d");
  CHECK(command(add_child_atom_v, worker("d")) ==
        "a child named 'd' is supervised already; stop it first");

  CHECK(command(stop_child_atom_v, std::string{"b"}).empty());
  advance(60s);
  CHECK(log() == "end b");
  CHECK(snapshot("b").state == child_state::stopped);
  CHECK(snapshot("b").restarts == 0);
  CHECK(command(stop_child_atom_v, std::string{"b"}).empty());

  CHECK(command(restart_child_atom_v, std::string{"b"}).empty());
  CHECK(log() == "start b");
  CHECK(command(restart_child_atom_v, std::string{"b"}).empty());
  CHECK(log() == "end b, start b");

  CHECK(command(remove_child_atom_v, std::string{"b"}).empty());
  CHECK(log() == "end b");
  CHECK(snapshot().children.size() == 3);
  CHECK(command(remove_child_atom_v, std::string{"b"}) == "supervisor 'top' has no child 'b'");
  CHECK(command(add_child_atom_v, worker("b")).empty());
  CHECK(log() == "start b");
}

TEST_CASE_METHOD(supervised_workers, "A failed child is restarted by name with a clean record") {
  auto how = options();
  how.at_limit = on_intensity::fail_child;
  how.intensity = 1;
  start(how);
  end("a");
  advance(1s);
  end("a");
  REQUIRE(snapshot("a").state == child_state::failed);
  CHECK(command(restart_child_atom_v, std::string{"a"}).empty());
  REQUIRE(up("a"));
  end("a");
  CHECK(snapshot("a").next_try_in == 100ms);
  CHECK(command(restart_child_atom_v, std::string{"a"}).empty()); // without waiting
  CHECK(up("a"));
}

TEST_CASE_METHOD(supervised_workers, "A restart by name that fails says why and backs off") {
  start(options());
  broken["a"] = "no such file";
  CHECK(command(restart_child_atom_v, std::string{"a"}) == "no such file");
  CHECK(snapshot("a").state == child_state::backing_off);
  broken.clear();
  advance(100ms);
  CHECK(up("a"));
}

TEST_CASE_METHOD(supervised_workers, "A stop by name is answered when the child is down") {
  hung = {"b"};
  start(options());
  const auto reply = request<caf::unit_t>(top, stop_child_atom_v, std::string{"b"});
  advance(4'990ms);
  CHECK_FALSE(reply->arrived());
  CHECK(up("a"));
  advance(10ms);
  CHECK(reply->value);
  CHECK(snapshot("b").state == child_state::stopped);
}

TEST_CASE_METHOD(supervised_workers, "A stop ends the waiting for a restart") {
  hung = {"b"};
  start(options());
  const auto reply = request<caf::unit_t>(top, restart_child_atom_v, std::string{"b"});
  compat::anon_stop_now(top, caf::exit_reason::user_shutdown);
  jobs();
  CHECK(reply->error == "supervisor 'top' is stopping");
  CHECK(command(add_child_atom_v, worker("z")) == "supervisor 'top' is stopping");
  advance(5s);
  CHECK(ended == "stopped");
}

TEST_CASE_METHOD(supervised_workers, "A snapshot tells what a child waits for") {
  start(options());
  end("b");
  advance(30ms);
  const auto b = snapshot("b");
  CHECK(b.kind == child_kind::worker);
  CHECK(b.state == child_state::backing_off);
  CHECK(b.restarts == 1);
  CHECK(b.last_reason == "boom");
  CHECK(b.next_try_in == 70ms);
  CHECK(snapshot("a").next_try_in == 0ms);
}
