#include "tests/faults/two_owners.hpp"
#include "tests/persistence/postgres_server.hpp"

using namespace waymark;
using namespace waymark::test;

TEST_CASE("PostgreSQL: two processes never take a projection from each other in turns") {
  const postgres_schema schema;
  two_owners both{schema.address()};
  CHECK(both.changes_in(2s) == 0);
  CHECK(both.changes_in(500ms, two_owners::owner_timeout / 4) == 0);
  auto* const before = both.owner();
  CHECK(both.changes_in(3s, two_owners::owner_timeout * 2) == 1);
  CHECK(both.owner() != before);
  CHECK(both.changes_in(1s) == 0); // who has lost it does not take it back
  both.check_whole();
}
