#include "tests/catch.hpp"

#include "tests/supervisors/supervised_workers.hpp"

using namespace waymark;
using namespace waymark::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using kind = supervisor_event::kind;

TEST_CASE_METHOD(supervised_workers, "One for one restarts the one, after a growing backoff") {
  start(options());
  CHECK(log() == "start a, start b, start c");
  end("b");
  CHECK(log() == "end b");
  CHECK_FALSE(up("b"));
  advance(99ms);
  CHECK(log().empty());
  advance(1ms);
  CHECK(log() == "start b");
  end("b");
  advance(199ms);
  CHECK(log() == "end b");
  advance(1ms);
  CHECK(log() == "start b");
}

TEST_CASE_METHOD(supervised_workers, "The backoff begins anew after a run longer than the period") {
  start(options());
  end("b");
  advance(100ms);
  end("b");
  advance(200ms);
  advance(30'010ms);
  log();
  end("b");
  CHECK(snapshot("b").next_try_in == 100ms);
}

TEST_CASE_METHOD(supervised_workers,
                 "One for all stops the others in reverse and starts in order") {
  auto how = options();
  how.strategy = restart_strategy::one_for_all;
  start(how);
  log();
  end("b");
  CHECK(log() == "end b, end c, end a");
  advance(100ms);
  CHECK(log() == "start a, start b, start c");
}

TEST_CASE_METHOD(supervised_workers, "Rest for one leaves those alone that were started before") {
  auto how = options();
  how.strategy = restart_strategy::rest_for_one;
  start(how);
  log();
  end("b");
  CHECK(log() == "end b, end c");
  advance(100ms);
  CHECK(log() == "start b, start c");
}

TEST_CASE_METHOD(supervised_workers, "All sequences of three crashes leave all children up") {
  for (const auto strategy : {restart_strategy::one_for_one, restart_strategy::one_for_all,
                              restart_strategy::rest_for_one})
    for (int sequence = 0; sequence < 27; ++sequence)
      for (const auto pause : {0ms, 50ms, 10000ms}) {
        auto how = options();
        how.strategy = strategy;
        start(how);
        for (int i = 0, rest = sequence; i < 3; ++i, rest /= 3) {
          end(std::string{static_cast<char>('a' + rest % 3)});
          advance(pause);
        }
        advance(2s);
        CAPTURE(to_string(strategy), sequence, pause.count());
        const auto children = snapshot().children;
        REQUIRE(children.size() == 3);
        for (const auto& child : children)
          REQUIRE(child.state == child_state::running);
        log();
        compat::anon_stop_now(top, caf::exit_reason::user_shutdown);
        jobs();
        REQUIRE(log() == "end c, end b, end a");
      }
}

TEST_CASE_METHOD(supervised_workers, "Too many restarts escalate with the child and its reason") {
  auto how = options();
  how.intensity = 2;
  start(how);
  for (int i = 0; i < 2; ++i) {
    end("a");
    advance(1s);
  }
  log();
  end("a");
  CHECK(log() == "end a, end c, end b");
  CHECK(ended ==
        "child 'a' of supervisor 'top' failed more than 2 times in 30 s; last reason: boom");
  CHECK(count(kind::escalated) == 1);
}

TEST_CASE_METHOD(supervised_workers, "The intensity forgets what is older than the period") {
  auto how = options();
  how.intensity = 1;
  start(how);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(end("a"));
    advance(31s);
  }
  CHECK(up("a"));
  CHECK(ended.empty());
}

TEST_CASE_METHOD(supervised_workers, "With fail_child only the bad one is given up") {
  auto how = options();
  how.intensity = 2;
  how.at_limit = on_intensity::fail_child;
  start(how);
  for (int i = 0; i < 2; ++i) {
    end("a");
    advance(1s);
  }
  end("b");
  advance(1s); // counted for b alone
  log();
  end("a");
  advance(60s);
  CHECK(log() == "end a");
  CHECK(up("b"));
  CHECK(up("c"));
  CHECK(ended.empty());
  const auto a = snapshot("a");
  CHECK(a.state == child_state::failed);
  CHECK(a.restarts == 2);
  CHECK(a.last_reason == "boom");
  CHECK(events.back().what == kind::failed);
  CHECK(events.back().reason == "failed more than 2 times in 30 s; last reason: boom");
}

TEST_CASE_METHOD(supervised_workers, "Faults of a store are restarted without end, never counted") {
  auto how = options();
  how.intensity = 1;
  start(how, std::vector{worker("a"), worker("t", restart_kind::temporary)});
  for (int i = 0; i < 100; ++i) {
    REQUIRE(end("a", "store"));
    REQUIRE(snapshot("a").next_try_in <= 30s);
    advance(30s, 1s);
  }
  CHECK(up("a"));
  CHECK(snapshot("a").restarts == 100);
  CHECK(snapshot("a").last_reason == "disk full");
  CHECK(count(kind::restarting) == 100);
  CHECK(events[events.size() - 2].store_fault);
  REQUIRE(end("t", "store"));
  advance(100ms);
  CHECK(up("t"));
  REQUIRE(end("a")); // and the crash that is allowed still is
  advance(30s);
  CHECK(up("a"));
  CHECK(ended.empty());
}

TEST_CASE_METHOD(supervised_workers, "A projection's own fault is not restarted at all") {
  start(options());
  end("b", "projection");
  advance(60s);
  CHECK(snapshot("b").state == child_state::failed);
  CHECK(snapshot("b").last_reason == "no such table: revenue");
  CHECK(up("a"));
  CHECK(ended.empty());
}

TEST_CASE_METHOD(supervised_workers, "The restart kind decides about normal ends and crashes") {
  start(options(), std::vector{worker("p"), worker("r", restart_kind::transient),
                               worker("t", restart_kind::temporary)});
  end("p", "normal");
  end("r", "normal");
  end("t", "normal");
  advance(1s);
  CHECK(up("p"));
  CHECK(snapshot("r").state == child_state::stopped);
  CHECK(snapshot("t").state == child_state::stopped);
  CHECK(command(restart_child_atom_v, std::string{"r"}).empty());
  CHECK(command(restart_child_atom_v, std::string{"t"}).empty());
  end("r");
  end("t");
  advance(1s);
  CHECK(up("r"));
  CHECK(snapshot("t").state == child_state::failed);
}

TEST_CASE_METHOD(supervised_workers, "An orderly stop goes in reverse order") {
  start(options());
  log();
  compat::anon_stop_now(top, caf::exit_reason::user_shutdown);
  jobs();
  CHECK(log() == "end c, end b, end a");
  CHECK(ended == "stopped");
}

TEST_CASE_METHOD(supervised_workers, "Children that do not need each other may end at once") {
  hung = {"c"};
  auto how = options();
  how.ends_at_once = true;
  start(how);
  log();
  compat::anon_stop_now(top, caf::exit_reason::user_shutdown);
  jobs();
  CHECK(log() == "end b, end a"); // none waits for another
  CHECK(ended.empty());
  advance(5s);
  CHECK(ended == "stopped");
  CHECK(count(kind::abandoned) == 1);
}

TEST_CASE_METHOD(supervised_workers, "A hung child is killed and left behind at its deadline") {
  hung = {"b"};
  start(options());
  log();
  compat::anon_stop_now(top, caf::exit_reason::user_shutdown);
  advance(4'999ms);
  CHECK(log() == "end c");
  CHECK(ended.empty());
  advance(1ms);
  CHECK(log() == "end b, end a");
  CHECK(ended == "stopped");
  REQUIRE(count(kind::abandoned) == 1);
  const auto news = std::find_if(events.begin(), events.end(),
                                 [](const auto& e) { return e.what == kind::abandoned; });
  CHECK(news->child == "b");
  CHECK(news->reason == "it did not stop within 5 s; it was killed and left behind");
}

TEST_CASE_METHOD(supervised_workers, "A hung sibling delays a group restart, but not for ever") {
  hung = {"c"};
  auto how = options();
  how.strategy = restart_strategy::one_for_all;
  start(how);
  log();
  end("a");
  advance(4'990ms);
  CHECK(log() == "end a");
  advance(10ms);
  CHECK(log() == "end c, end b, start a, start b, start c");
}

TEST_CASE_METHOD(supervised_workers, "A start function that throws is a failure like any other") {
  broken["b"] = "no such file";
  start(options());
  CHECK(log() == "start a, broken b, start c");
  CHECK(snapshot("b").state == child_state::backing_off);
  CHECK(snapshot("b").last_reason == "no such file");
  advance(100ms);
  CHECK(log() == "broken b");
  broken.clear();
  advance(200ms);
  CHECK(log() == "start b");
  CHECK(up("b"));
}

TEST_CASE_METHOD(supervised_workers, "With rest for one nothing starts after one that can't") {
  broken["b"] = "no such file";
  auto how = options();
  how.strategy = restart_strategy::rest_for_one;
  start(how);
  CHECK(log() == "start a, broken b");
  broken.clear();
  advance(100ms);
  CHECK(log() == "start b, start c");
}

TEST_CASE_METHOD(supervised_workers, "A child that can never start reaches the limit") {
  broken["a"] = "no such file";
  start(options());
  advance(60s);
  CHECK_THAT(ended, ContainsSubstring("'a'") && ContainsSubstring("no such file"));
}

TEST_CASE_METHOD(supervised_workers, "A temporary child that a group restart stopped stays down") {
  auto how = options();
  how.strategy = restart_strategy::one_for_all;
  start(how, std::vector{worker("a"), worker("t", restart_kind::temporary), worker("c")});
  log();
  end("a");
  advance(100ms);
  CHECK(log() == "end a, end c, end t, start a, start c");
  CHECK(snapshot("t").state == child_state::stopped);
}

TEST_CASE_METHOD(supervised_workers, "The observer is told of each restart and may throw") {
  observer_throws = true;
  start(options());
  end("a");
  advance(100ms);
  end("a");
  const auto news = events.back();
  CHECK(news.what == kind::restarting);
  CHECK(news.supervisor == "top");
  CHECK(news.child == "a");
  CHECK(news.reason == "boom");
  CHECK(news.attempt == 2);
  CHECK(news.delay == 200ms);
  CHECK_FALSE(news.store_fault);
}

TEST_CASE_METHOD(supervised_workers, "A killed supervisor takes its children with it") {
  start(options());
  log();
  compat::anon_stop_now(top, caf::exit_reason::kill);
  jobs();
  CHECK(log() == "end a, end b, end c");
}

TEST_CASE_METHOD(supervised_workers, "Jitter moves the delay and follows the seed") {
  auto how = options();
  how.backoff.jitter = 0.5;
  std::vector<std::chrono::milliseconds> delays;
  for (const std::uint64_t seed : {1u, 1u, 2u, 3u}) {
    how.seed = seed;
    start(how);
    end("a");
    delays.push_back(events.back().delay);
    CHECK(delays.back() >= 50ms);
    CHECK(delays.back() <= 150ms);
  }
  CHECK(delays[0] == delays[1]);
  CHECK_FALSE((delays[0] == delays[2] && delays[0] == delays[3]));
}
