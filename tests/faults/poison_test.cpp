// Events that take the process with them, and ends of processes that are no event's fault.
#include "tests/faults/poison_lives.hpp"

#include <filesystem>

using namespace waymark;
using namespace waymark::test;

TEST_CASE("an event whose handler dies of a signal is given up after two more deaths") {
  const std::vector<std::pair<std::string, std::string>> kinds{{"segv", "SIGSEGV"},
                                                               {"abort", "SIGABRT"},
                                                               {"overflow", "SIGSEGV"},
                                                               {"terminate", "SIGABRT"},
                                                               {"exceed", "SIGSEGV"}};
  for (const auto& [kind, signal] : kinds) {
    CAPTURE(kind);
    temporary_folder folder;
    poison_lives lives{folder.address(), kind};
    CHECK(lives.live() == 4); // one death without a marker, two with it
    CHECK(lives.check_effects() == "crashed the process 2 times: " + signal);
    CHECK(std::filesystem::is_empty(lives.records()));
  }
}

TEST_CASE("a function of .sequence_by that dies of an event stops the projection before it") {
  temporary_folder folder;
  poison_lives lives{folder.address(), "rule"};
  int stops = 0;
  CHECK(lives.live([](child_process&, int) {}, [&] { ++stops; }) == 4);
  CHECK(stops == 1);
  CHECK(lives.check_effects() ==
        "crashed the process 2 times: SIGSEGV; discarded by an operator");
}

TEST_CASE("other code of the author's that dies of an event is told from a rule for its key") {
  for (const auto* kind : {"ruled", "upcaster"}) {
    CAPTURE(kind);
    temporary_folder folder;
    poison_lives lives{folder.address(), kind};
    CHECK(lives.live() == 4);
    CHECK(lives.check_effects() == "crashed the process 2 times: SIGSEGV");
  }
}

TEST_CASE("a handler that never returns is found when its process is killed") {
  temporary_folder folder;
  poison_lives lives{folder.address(), "loop"};
  CHECK(live_in_a_loop(lives) == 3);
  CHECK(lives.check_effects().find("after a long run, 1 time: no signal") != std::string::npos);
}

TEST_CASE("a handler that exhausts the memory is found after five ends in a row") {
  temporary_folder folder;
  poison_lives lives{folder.address(), "grow"};
  live_out_of_memory(lives);
  CHECK_FALSE(lives.check_effects().empty());
}

TEST_CASE("memory that is refused is the event's fault, and no end of the process") {
  temporary_folder folder;
  poison_lives lives{folder.address(), "many"};
  CHECK(lives.live() == 1);
  CHECK(lives.check_effects().find("alloc") != std::string::npos);
}

TEST_CASE("the guilty one of 20 projections is found, and the others do not suffer") {
  temporary_folder folder;
  poison_lives lives{folder.address(), "segv", 20, 7};
  CHECK(lives.live() == 4);
  CHECK(lives.check_effects() == "crashed the process 2 times: SIGSEGV");
}

TEST_CASE("a process whose predecessor ended well leaves no marker and no record") {
  temporary_folder folder;
  poison_lives lives{folder.address(), ""};
  for (int i = 0; i < 2; ++i) {
    CHECK(lives.live() == 1);
    CHECK_FALSE(std::filesystem::exists(lives.records()));
    lives.place(100 * (i + 1), 10);
  }
  {
    child_process child{"poison_child", lives.arguments()};
    child.read_to("handled");
  }
  CHECK(lives.live() == 1);
  // Now there was one to be made, and it went with the process, which ended well.
  CHECK(std::filesystem::is_empty(lives.records()));
  lives.check_effects(false);
}

TEST_CASE("a handler that calls exit() is found like one that crashes") {
  temporary_folder folder;
  poison_lives lives{folder.address(), "exit"};
  CHECK(lives.live() == 4);
  CHECK(lives.check_effects() == "crashed the process 2 times: exit() in its handler");
}

TEST_CASE("a crash of another thread is not blamed on an event that takes its time") {
  temporary_folder folder;
  poison_lives lives{folder.address(), ""};
  for (int i = 0; i < 3; ++i) {
    child_process child{"poison_child", lives.arguments("host")};
    CHECK(child.wait_for_end() == SIGSEGV);
  }
  const auto marker = lives.marker();
  REQUIRE(marker);
  CHECK(marker->counts.ends == 1); // and the one that nobody has counted yet
  CHECK(marker->counts.long_ends == 0);
  lives.live();
  lives.check_effects(false);
}

TEST_CASE("kills in handlers that take their time, long after the start, blame nobody") {
  temporary_folder folder;
  poison_lives lives{folder.address(), ""};
  CHECK(kill_slow_innocents(lives, 8, std::random_device{}()) >= 4);
  lives.check_effects(false);
}

TEST_CASE("a hundred kills from outside blame nobody") {
  temporary_folder folder;
  poison_lives lives{folder.address(), ""};
  kill_innocents(lives, 100, std::random_device{}());
  lives.check_effects(false);
}
