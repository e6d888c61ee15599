#include "tests/faults/two_owners.hpp"

using namespace waymark;
using namespace waymark::test;

TEST_CASE("two processes that both want a projection never take it from each other in turns") {
  const temporary_folder folder;
  two_owners both{folder.address()};
  CHECK(both.changes_in(2s) == 0);
  CHECK(both.changes_in(500ms, two_owners::owner_timeout / 4) == 0);
  // The file may be locked by the frozen one, so that the other can't claim either.
  CHECK(both.changes_in(3s, two_owners::owner_timeout * 2) <= 1);
  CHECK(both.changes_in(1s) == 0);
  both.check_whole();
}
