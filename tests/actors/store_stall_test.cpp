#include "tests/catch.hpp"

#include "actors/store_stall.hpp"

using namespace waymark;

namespace {

event at(position_t position) {
  event e;
  e.event_type = "A";
  e.position = position;
  return e;
}

} // namespace

TEST_CASE("three faults in a row at one event are a stall, elsewhere or between they are none") {
  store_stall stall;
  CHECK_FALSE(stall.failed_at(at(7), "no"));
  CHECK_FALSE(stall.failed_at(at(7), "no"));
  CHECK_FALSE(stall.failed_at(at(8), "no"));
  CHECK_FALSE(stall.failed_at(at(8), "no"));
  const auto said = stall.failed_at(at(8), "no");
  REQUIRE(said);
  CHECK_THAT(*said, Catch::Matchers::StartsWith("stalled in A "));
  CHECK_THAT(*said, Catch::Matchers::EndsWith(
                        "at position 8: the store serves others and failed here 3 times running, "
                        "at last with: no"));
  stall.forget(); // the store was away
  CHECK_FALSE(stall.failed_at(at(8), "no"));
}

TEST_CASE("events that fail as one are tried in halves until one is left, wherever it stands") {
  constexpr position_t last = 100;
  for (position_t stuck = 1; stuck <= last; ++stuck) {
    CAPTURE(stuck);
    store_stall stall;
    position_t passed = 0;
    std::optional<std::string> said;
    int faults = 0;
    while (!said || said->find("stalled in A") == std::string::npos) {
      const auto most = stall.at_once() > 0 ? static_cast<position_t>(stall.at_once()) : last;
      const auto to = std::min(last, passed + most);
      if (to < stuck) {
        stall.passed(passed = to);
        continue;
      }
      REQUIRE(++faults < 20);
      said = to - passed == 1
                 ? stall.failed_at(at(to), "no")
                 : stall.failed_in(passed, to, static_cast<std::size_t>(to - passed), "no");
      if (faults == 3 && passed == 0 && to - passed > 1) {
        REQUIRE(said);
        CHECK_THAT(*said, Catch::Matchers::StartsWith("stalled in one of the events from position "
                                                      "1 to "));
      }
    }
    CHECK(passed == stuck - 1);
    stall.passed(stuck); // it went through
    CHECK(stall.at_once() == 0);
  }
}
