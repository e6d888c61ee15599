#include "tests/catch.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <csignal>

using namespace waymark;
using namespace waymark::test;

namespace {

constexpr int behind = 3;

/// One letter, and three events parked behind it.
void park_one_key(engine_fixture& test, const std::string& file) {
  engine it{open("sqlite:" + file), test.options()};
  it.start(delicate_revenue(poison()));
  auto last = it.append(order("a", "poison", 1));
  for (int i = 0; i < behind; ++i)
    last = it.append(order("a", "monday", 1));
  it.wait_until("revenue", last, patience);
  REQUIRE(it.status("revenue").set_aside == letter_counts{1, 1, behind + 1});
}

} // namespace

TEST_CASE("a process killed at any step of a replay repeats nothing and loses nothing") {
  for (const auto* place : {"replay.before_commit", "replay.after_commit"})
    for (const int visit : {1, 2, behind + 1}) {
      CAPTURE(place, visit);
      engine_fixture test;
      const auto file = test.folder.file();
      park_one_key(test, file);
      child_process child{"replay_child", {file, place, std::to_string(visit)}};
      CHECK(child.wait_for_end() == SIGKILL);

      const bool after = std::string{place} == "replay.after_commit";
      const int replayed = after ? visit : visit - 1;
      engine it{open("sqlite:" + file), test.options()};
      it.start(shop::revenue());
      REQUIRE(it.wait_until_caught_up("revenue", patience) != wait_result::stopped);
      CHECK(cents_of(it) == replayed);
      // What the process may have died of is tried again by nobody but a person.
      const auto letters = it.dead_letters();
      CHECK(letters.size() == (replayed == behind + 1 ? 0u : 1u));
      if (replayed > 0 && !letters.empty())
        CHECK(letters[0].error.find("the process ended") == 0);
      if (!letters.empty())
        CHECK(it.retry({.all = true}).complete());
      CHECK(cents_of(it) == behind + 1);
      CHECK(it.status("revenue").set_aside == letter_counts{});
      CHECK(it.settled_letters().size() == (replayed > 0 && replayed <= behind ? 2u : 1u));
    }
}
