#include "tests/faults/poison_lives.hpp"
#include "tests/faults/replay_lives.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <map>

using namespace waymark;
using namespace waymark::test;

TEST_CASE("on PostgreSQL too, an event whose handler dies of a signal is given up") {
  for (const auto& [kind, signal] :
       std::map<std::string, std::string>{{"segv", "SIGSEGV"},
                                          {"abort", "SIGABRT"},
                                          {"exceed", "SIGSEGV"},
                                          {"rule", "SIGSEGV; discarded by an operator"},
                                          {"overflow", "SIGSEGV"},
                                          {"terminate", "SIGABRT"}}) {
    CAPTURE(kind);
    const postgres_schema schema;
    poison_lives lives{schema.address(), kind};
    CHECK(lives.live() == 4);
    CHECK(lives.check_effects() == "crashed the process 2 times: " + signal);
  }
}

TEST_CASE("on PostgreSQL too, a handler that never returns is found when its process is killed") {
  const postgres_schema schema;
  poison_lives lives{schema.address(), "loop"};
  CHECK(live_in_a_loop(lives) == 3);
  CHECK(lives.check_effects().find("after a long run, 1 time: no signal") != std::string::npos);
}

TEST_CASE("on PostgreSQL too, a handler that exhausts the memory is found") {
  const postgres_schema schema;
  poison_lives lives{schema.address(), "grow"};
  live_out_of_memory(lives);
  CHECK_FALSE(lives.check_effects().empty());
}

TEST_CASE("on PostgreSQL too, a hundred kills from outside blame nobody") {
  const postgres_schema schema;
  poison_lives lives{schema.address(), ""};
  kill_innocents(lives, 100, std::random_device{}());
  lives.check_effects(false);
}

TEST_CASE("on PostgreSQL too, a death in a replay is told from one that only happened then") {
  {
    const postgres_schema schema;
    replay_lives lives{schema.address(), 2};
    CHECK(lives.die("segv") == SIGSEGV);
    CHECK(lives.die("claim.before_letter", 1, "wait") == SIGKILL);
    check_left_to_a_person(lives, 2, "the process ended in its handler: SIGSEGV");
  }
  for (const auto* place : {"attempt.begun", "replay.before_commit", "replay.after_commit"}) {
    CAPTURE(place);
    const postgres_schema schema;
    replay_lives lives{schema.address()};
    REQUIRE(lives.die(place, 2) == SIGKILL);
    const auto it = lives.survive();
    check_all_is_done(*it);
    CHECK(it->settled_letters().size() == 1);
  }
}
