#include <waymark/messages/version.hpp>

#include "tests/catch.hpp"

#include <string>

TEST_CASE("the version has three numbers") {
  const std::string version{waymark::version()};
  CHECK_THAT(version, Catch::Matchers::ContainsSubstring("."));
  CHECK(version.find_first_not_of("0123456789.") == std::string::npos);
}
