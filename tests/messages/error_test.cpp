#include <waymark/messages/error.hpp>

#include "tests/catch.hpp"

#include <type_traits>

using namespace waymark;

TEST_CASE("error: who has to act is told from the type alone") {
  CHECK(fault_of(store_error{"locked"}) == fault::store);
  CHECK(fault_of(projection_error{"no such table"}) == fault::projection);
  CHECK(fault_of(incompatible_store{"newer schema"}) == fault::projection);
  CHECK(fault_of(call_inside_handler{"engine.append"}) == fault::projection);
  CHECK(fault_of(usage_error{"no such row"}) == fault::event);
  CHECK(fault_of(statement_error{"constraint"}) == fault::event);
  CHECK(fault_of(decode_error{"bad data"}) == fault::event);
  CHECK(fault_of(std::runtime_error{"handler"}) == fault::event);
}

TEST_CASE("error: only what may pass by itself is retryable") {
  CHECK(store_error{"locked"}.retryable());
  CHECK(timeout_error{"late"}.retryable());
  CHECK(not_possible_now{"hangs"}.retryable());
  CHECK_FALSE(projection_stands{"failed"}.retryable());
  CHECK_FALSE(usage_error{"wrong"}.retryable());
  CHECK_FALSE(version_conflict{"3, not 2", 3}.retryable());
}

TEST_CASE("error: they carry what a caller needs to go on") {
  CHECK(version_conflict{"3, not 2", 3}.actual_version() == 3);
  CHECK_FALSE(store_error{"refused"}.outcome_unknown());
  CHECK(store_error{"lost reply", store_error::outcome::unknown}.outcome_unknown());
  STATIC_REQUIRE(std::is_base_of_v<error, decode_error>);
}

TEST_CASE("error: faults have names") {
  CHECK(std::string{to_string(fault::event)} == "event");
  CHECK(std::string{to_string(fault::projection)} == "projection");
  CHECK(std::string{to_string(fault::store)} == "store");
}
