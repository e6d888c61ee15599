#include "tests/faults/poison_lives.hpp"
#include "tests/persistence/postgres_server.hpp"

using namespace waymark;
using namespace waymark::test;

TEST_CASE("on PostgreSQL too, an event whose handler dies of a signal is given up") {
  const postgres_schema schema;
  poison_lives lives{schema.address(), "segv"};
  CHECK(lives.live() == 4);
  CHECK(lives.check_effects() == "crashed the process 2 times: SIGSEGV");
}

TEST_CASE("on PostgreSQL too, a hundred kills from outside blame nobody") {
  const postgres_schema schema;
  poison_lives lives{schema.address(), ""};
  kill_innocents(lives, 100, std::random_device{}());
  lives.check_effects(false);
}
