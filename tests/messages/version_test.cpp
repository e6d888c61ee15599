#include <waymark/messages/version.hpp>

#include "tests/catch.hpp"

#include <string>

TEST_CASE("the version has three numbers") {
  const std::string version{waymark::version()};
  CHECK_THAT(version, Catch::Matchers::ContainsSubstring("."));
  CHECK(version.find_first_not_of("0123456789.") == std::string::npos);
}

TEST_CASE("the version may be asked for by the preprocessor") {
  CHECK(std::string{waymark::version()} ==
        std::to_string(WAYMARK_VERSION_NUMBER / 1'000'000) + "." +
            std::to_string(WAYMARK_VERSION_NUMBER / 1'000 % 1'000) + "." +
            std::to_string(WAYMARK_VERSION_NUMBER % 1'000));
}
