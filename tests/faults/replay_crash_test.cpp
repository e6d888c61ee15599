// Processes that end while dead letters are retried.
#include "tests/faults/replay_lives.hpp"

using namespace waymark;
using namespace waymark::test;

TEST_CASE("a process killed at any step of a replay repeats nothing, loses nothing, and blames "
          "nobody") {
  for (const auto* place : {"attempt.begun", "replay.before_commit", "replay.after_commit"})
    for (const int visit : {1, 2, replay_lives::in_all}) {
      CAPTURE(place, visit);
      temporary_folder folder;
      replay_lives lives{folder.address()};
      REQUIRE(lives.die(place, visit) == SIGKILL);
      const auto it = lives.survive();
      check_all_is_done(*it); // by itself: the retry was under way
      CHECK(it->dead_letters().empty());
      CHECK(it->settled_letters().size() == 1);
    }
}

TEST_CASE("an event that ends the process when it is handled again is left to a person") {
  for (const int deadly : {0, 2})
    for (const auto* what : {"retry", "schedule"}) {
      CAPTURE(deadly, what);
      temporary_folder folder;
      replay_lives lives{folder.address(), deadly};
      CHECK(lives.die("segv", 1, what) == SIGSEGV);
      check_left_to_a_person(lives, deadly, "the process ended in its handler: SIGSEGV");
    }
}

TEST_CASE("a replay that ends five processes in a row, for no known reason, is left to a person") {
  temporary_folder folder;
  replay_lives lives{folder.address(), 2};
  CHECK(lives.die("kill") == SIGKILL);
  for (int i = 0; i < 4; ++i)
    CHECK(lives.die("kill", 1, "wait") == SIGKILL); // takes it up by itself
  check_left_to_a_person(lives, 2,
                         "5 processes in a row ended while it was handled again: no signal");
}

TEST_CASE("a claim killed before or after it has left an event to a person writes one letter") {
  for (const auto* place : {"claim.before_letter", "claim.after_letter"}) {
    CAPTURE(place);
    temporary_folder folder;
    replay_lives lives{folder.address(), 2};
    CHECK(lives.die("segv") == SIGSEGV);
    CHECK(lives.die(place, 1, "wait") == SIGKILL);
    check_left_to_a_person(lives, 2, "the process ended in its handler: SIGSEGV");
  }
}

TEST_CASE("what ends a new version's retry is left to a person, until the next version") {
  temporary_folder folder;
  replay_lives lives{folder.address(), 0};
  CHECK(lives.die("segv", 1, "wait", 2) == SIGSEGV);
  {
    const auto it = lives.survive(shop::revenue().version(2));
    const auto letters = it->dead_letters();
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].error == "the process ended in its handler: SIGSEGV");
    CHECK(letters[0].attempts.size() == 2);
    CHECK(letters[0].projection_version == 2);
    CHECK(cents_of(*it) == 0);
  }
  check_all_is_done(*lives.survive(shop::revenue().version(3)));
}
