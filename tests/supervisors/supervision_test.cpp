#include "tests/catch.hpp"

#include <waymark/supervisors/supervision.hpp>

using namespace waymark;
using namespace std::chrono_literals;

namespace {

std::string found(const supervision& tree,
                  const std::optional<std::vector<std::string>>& known = std::nullopt) {
  std::string all;
  for (const auto& mistake : validate(tree, known))
    all += mistake.path + ": " + mistake.text + "\n";
  return all;
}

} // namespace

TEST_CASE("A supervision tree is written as one value") {
  const supervision tree{
      .name = "reports",
      .strategy = restart_strategy::rest_for_one,
      .intensity = 3,
      .period = 10s,
      .backoff = {100ms, 30s},
      .restart = restart_kind::transient,
      .shutdown = 2s,
      .children = {"customers", supervision{.name = "mails", .children = {"welcome", "invoice"}}}};
  REQUIRE(tree.children.size() == 2);
  CHECK(tree.children[0].name() == "customers");
  CHECK_FALSE(tree.children[0].is_supervisor());
  CHECK(tree.children[1].name() == "mails");
  REQUIRE(tree.children[1].is_supervisor());
  CHECK(tree.children[1].supervisor().children[1].name() == "invoice");
  CHECK(found(tree).empty());
  CHECK(found(tree, std::vector<std::string>{"customers", "welcome", "invoice"}).empty());
}

TEST_CASE("All mistakes are found, each with its path") {
  const supervision tree{.name = "all",
                         .intensity = 0,
                         .children = {"a", "a", "nobody", "",
                                      supervision{.name = "all", .period = 0ms, .children = {"b"}},
                                      supervision{.name = "", .shutdown = 25h, .children = {"a"}},
                                      supervision{.name = "b", .backoff = {0ms, 1s}}}};
  CHECK(found(tree, std::vector<std::string>{"a", "b"}) ==
        "all: The intensity is 0; at least 1 restart has to be allowed.\n"
        "all/a: 'a' is named twice; a projection has one supervisor.\n"
        "all/nobody: There is no projection 'nobody'.\n"
        "all/: A child needs the name of a projection.\n"
        "all/all: The name 'all' is used twice; every supervisor and projection has its own.\n"
        "all/all: The period is 0 ms; it has to be between 1 ms and 24 h.\n"
        "all/: A supervisor needs a name.\n"
        "all/: The shutdown is 90000000 ms; it has to be between 1 ms and 24 h.\n"
        "all//a: 'a' is named twice; a projection has one supervisor.\n"
        "all/b: The name 'b' is used twice; every supervisor and projection has its own.\n"
        "all/b: The backoff's min is 0 ms; a child that fails at once would never rest.\n");
}

TEST_CASE("A backoff that shrinks is a mistake") {
  const auto text = found({.name = "x", .backoff = {2s, 1s}});
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring("x: The backoff is wrong: "));
}

TEST_CASE("An unknown name is no mistake as long as no names are known") {
  CHECK(found({.name = "x", .children = {"later"}}).empty());
}
