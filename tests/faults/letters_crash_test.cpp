// Processes that end while an event is given up, kept as what a projection stands before, or
// discarded.
#include "tests/catch.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/faults/delicate_shop.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <csignal>

using namespace waymark;
using namespace waymark::test;

namespace {

/// The orders a, b, b, c of one cent, the first b of the day "poison", and an engine that goes on
/// with what a child was killed at.
struct killed : engine_fixture {
  std::string policy;

  killed(std::string with, const std::string& what, const std::string& place)
      : policy{std::move(with)} {
    const auto log = open_file().events;
    for (const auto& [id, day] : {std::pair{"a", "monday"}, std::pair{"b", "poison"},
                                  std::pair{"b", "monday"}, std::pair{"c", "monday"}})
      log->append(order(id, day, 1));
    child_process child{"letters_child", {folder.file(), policy, what, place}};
    REQUIRE(child.next_line().empty());
    REQUIRE(child.wait_for_end() == SIGKILL);
  }
  [[nodiscard]] std::unique_ptr<engine> survivor() {
    auto it = std::make_unique<engine>(open_file(), options());
    it->start(shop::delicate(policy));
    return it;
  }
};

} // namespace

TEST_CASE("a process killed at a give-up leaves one letter, and all of its key behind it") {
  for (const auto* place : {"give_up.before_commit", "give_up.after_commit"}) {
    CAPTURE(place);
    killed test{"park", "live", place};
    const auto it = test.survivor();
    CHECK(it->wait_until("revenue", 4, patience) == wait_result::reached); // of another key
    CHECK(it->dead_letters().size() == 1);
    CHECK(it->dead_letters().at(0).position == 2);
    CHECK(it->status("revenue").set_aside == letter_counts{1, 1, 2});
    CHECK(cents_of(*it) == 2);
    CHECK(it->discard({.all = true}).complete());
    CHECK(cents_of(*it) == 3);
  }
}

TEST_CASE("a process killed when a projection stops leaves it before the event") {
  for (const auto* place : {"failure.before_commit", "failure.after_commit"}) {
    CAPTURE(place);
    killed test{"stop", "live", place};
    const auto it = test.survivor();
    CHECK(it->wait_until("revenue", 4, patience) == wait_result::stopped);
    CHECK(it->checkpoint("revenue")->position == 1);
    REQUIRE(it->checkpoint("revenue")->failure);
    CHECK(it->checkpoint("revenue")->failure->position == 2);
    CHECK(it->dead_letters().empty());
    CHECK(cents_of(*it) == 1);
    it->discard_event("revenue");
    CHECK(it->wait_until("revenue", 4, patience) == wait_result::reached);
    CHECK(it->dead_letters().size() == 1);
    CHECK(cents_of(*it) == 3);
  }
}

TEST_CASE("a process killed while it discards what it stands before has done all or nothing") {
  for (const std::string place : {"give_up.before_commit", "give_up.after_commit"}) {
    CAPTURE(place);
    killed test{"stop", "discard", place};
    const bool done = place == "give_up.after_commit";
    const auto it = test.survivor();
    CHECK(it->wait_until("revenue", 4, patience) ==
          (done ? wait_result::reached : wait_result::stopped));
    CHECK(it->dead_letters().size() == (done ? 1u : 0u));
    CHECK(cents_of(*it) == (done ? 3 : 1));
  }
}

TEST_CASE("a process killed while it discards a letter goes on with the rest of the key") {
  for (const std::string place : {"discard.before_commit", "discard.after_commit"}) {
    CAPTURE(place);
    killed test{"park", "discard", place};
    const bool done = place == "discard.after_commit";
    const auto it = test.survivor();
    CHECK(it->wait_until_caught_up("revenue", patience) != wait_result::stopped);
    CHECK(eventually([&] {
      return it->status("revenue").set_aside == (done ? letter_counts{} : letter_counts{1, 1, 2});
    }));
    CHECK(it->settled_letters().size() == (done ? 1u : 0u));
    CHECK(cents_of(*it) == (done ? 3 : 2));
  }
}
