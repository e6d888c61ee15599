#include "tests/catch.hpp"

#include "supervisors/restart_backoff.hpp"
#include "supervisors/restart_intensity.hpp"

using namespace waymark;
using namespace std::chrono_literals;

namespace {

restart_intensity::time_point at(std::chrono::milliseconds time) {
  return restart_intensity::time_point{} + time;
}

} // namespace

TEST_CASE("The intensity allows its limit within the period and then forgets") {
  restart_intensity window{2, 10s};
  CHECK(window.allows(at(0s)));
  CHECK(window.allows(at(4s)));
  CHECK_FALSE(window.allows(at(9s)));
  CHECK_FALSE(window.allows(at(10s))); // the first restart is just inside
  CHECK(window.allows(at(10'001ms)));
  CHECK_FALSE(window.allows(at(14s)));
  CHECK(window.allows(at(14'001ms)));
}

TEST_CASE("What does not count is always allowed and takes no room") {
  restart_intensity window{1, 10s};
  for (int i = 0; i < 1000; ++i)
    REQUIRE(window.allows(at(0s), counted::no));
  CHECK(window.allows(at(0s)));
  CHECK_FALSE(window.allows(at(1s)));
  CHECK(window.allows(at(1s), counted::no));
}

TEST_CASE("A cleared intensity begins anew") {
  restart_intensity window{1, 10s};
  CHECK(window.allows(at(0s)));
  CHECK_FALSE(window.allows(at(0s)));
  window.clear();
  CHECK(window.allows(at(0s)));
}

TEST_CASE("A limit of zero allows nothing that counts") {
  restart_intensity window{0, 10s};
  CHECK_FALSE(window.allows(at(0s)));
  CHECK(window.allows(at(0s), counted::no));
}

TEST_CASE("The backoff grows to its max and starts again after a long run") {
  restart_backoff backoff{{100ms, 1s, 2.0, 0.0}, 30s};
  CHECK(backoff.next(0s, 0.5) == 100ms);
  CHECK(backoff.next(1s, 0.5) == 200ms);
  CHECK(backoff.next(30s, 0.5) == 400ms); // as long as the period is not longer
  CHECK(backoff.next(0s, 0.5) == 800ms);
  CHECK(backoff.next(0s, 0.5) == 1s);
  CHECK(backoff.next(0s, 0.5) == 1s);
  CHECK(backoff.attempt() == 6);
  CHECK(backoff.next(30'001ms, 0.5) == 100ms);
  CHECK(backoff.attempt() == 1);
}

TEST_CASE("The backoff's jitter comes from the number given") {
  const backoff_policy policy{100ms, 10s, 2.0, 0.1};
  CHECK(restart_backoff{policy, 30s}.next(0s, 0.0) == 90ms);
  CHECK(restart_backoff{policy, 30s}.next(0s, 0.5) == 100ms);
  CHECK(restart_backoff{policy, 30s}.next(0s, 0.75) == 105ms);
}
