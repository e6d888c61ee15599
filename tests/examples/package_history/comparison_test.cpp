#include "examples/package_history/comparison.hpp"

#include "tests/catch.hpp"

#include <stdexcept>

using namespace history;
using packages = std::vector<package_state>;

TEST_CASE("only packages of the log are compared") {
  const auto result = compare({{"a", "amd64", "installed", "1"}},
                              {{"a", "amd64", "installed", "1"}, {"b", "all", "installed", "2"}});
  CHECK(result.compared == 1);
  CHECK(result.differences.empty());
}

TEST_CASE("gone is gone, with an entry or without") {
  const packages log{{"a", "amd64", "not-installed", "<none>"}, {"b", "all", "not-installed", "2"}};
  CHECK(compare(log, {{"b", "all", "not-installed", ""}}).differences.empty());
  CHECK(compare(log, {{"a", "amd64", "config-files", "1"}}).differences.size() == 1);
}

TEST_CASE("state and version both count") {
  const packages log{{"a", "amd64", "config-files", "1"}};
  CHECK(compare(log, {{"a", "amd64", "config-files", "1"}}).differences.empty());
  CHECK(compare(log, {{"a", "amd64", "config-files", "2"}}).differences.size() == 1);
  CHECK(compare(log, {{"a", "amd64", "installed", "1"}}).differences.size() == 1);
  CHECK(compare(log, {}).differences.size() == 1);
}

TEST_CASE("each architecture is compared with its own") {
  const packages log{{"a", "amd64", "installed", "1"}, {"a", "i386", "installed", "2"}};
  CHECK(compare(log, {{"a", "i386", "installed", "2"}, {"a", "amd64", "installed", "1"}})
            .differences.empty());
  CHECK(compare(log, {{"a", "amd64", "installed", "1"}, {"a", "armhf", "installed", "2"}})
            .differences.size() == 1);
}

TEST_CASE("a package without an architecture agrees with any") {
  const packages log{{"a", "", "installed", "1"}};
  CHECK(compare(log, {{"a", "amd64", "installed", "2"}, {"a", "i386", "installed", "1"}})
            .differences.empty());
  CHECK(compare(log, {{"a", "i386", "installed", "2"}}).differences.size() == 1);
  const packages named_later{{"a", "", "installed", "1"}, {"a", "amd64", "installed", "2"}};
  CHECK(compare(named_later, {{"a", "amd64", "installed", "2"}}).compared == 1);
}

TEST_CASE("differences are in the order of the packages' names") {
  const auto found = compare({{"b", "amd64", "installed", "1"}, {"a", "all", "not-installed", ""}},
                             {{"a", "all", "installed", "1"}})
                         .differences;
  REQUIRE(found.size() == 2);
  CHECK(found[0].package == "a:all");
  CHECK(found[0].in_log == "not installed");
  CHECK(found[0].in_dpkg == "installed 1");
  CHECK(found[1].package == "b:amd64");
}

TEST_CASE("the answer of dpkg-query is read") {
  const auto found = parse_dpkg_query("a\tamd64\tinstalled\t1\nb\tall\tnot-installed\t\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].version == "1");
  CHECK(found[1].name == "b");
  CHECK(found[1].version.empty());
  CHECK(parse_dpkg_query("").empty());
  CHECK_THROWS_AS(parse_dpkg_query("a\tb\n"), std::runtime_error);
  CHECK_THROWS_AS(parse_dpkg_query("a\tb\tc\td\te\n"), std::runtime_error);
}
