#include "examples/package_history/options.hpp"

#include "tests/catch.hpp"

#include <cstdlib>

using namespace history;

TEST_CASE("without arguments it is about this machine") {
  const auto found = parse_options({});
  CHECK(found.log_folder == "/var/log");
  CHECK(found.compare);
  CHECK(found.store.empty());
}

TEST_CASE("log files that are given are neither compared nor kept unless asked for") {
  auto found = parse_options({"a.log", "-", "--", "--b"});
  CHECK(found.files == std::vector<std::string>{"a.log", "-", "--b"});
  CHECK_FALSE(found.compare);
  CHECK(found.store == "memory:");
  found = parse_options({"a.log", "--compare", "--store=sqlite:x.db"});
  CHECK(found.compare);
  CHECK(found.store == "sqlite:x.db");
  CHECK_FALSE(parse_options({"--log-folder", "/mnt/var/log"}).compare);
}

TEST_CASE("wrong usage is refused in one sentence") {
  for (const auto& wrong : std::vector<std::vector<std::string>>{{"--what"},
                                                                 {"--store"},
                                                                 {"--log-folder", "x", "a.log"},
                                                                 {"-", "-"},
                                                                 {"-x"},
                                                                 {"--store="}})
    CHECK_THROWS_AS(parse_options(wrong), bad_usage);
}

TEST_CASE("the default store is where a program's state belongs") {
  ::setenv("HOME", "/home/me", 1);
  ::unsetenv("XDG_STATE_HOME");
  CHECK(default_store() == "sqlite:/home/me/.local/state/waymark/package_history.db");
  ::setenv("XDG_STATE_HOME", "/state", 1);
  CHECK(default_store() == "sqlite:/state/waymark/package_history.db");
  ::unsetenv("XDG_STATE_HOME");
  ::unsetenv("HOME");
  CHECK(default_store() == "sqlite:./package_history.db");
}
