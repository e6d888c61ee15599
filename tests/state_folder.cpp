// Crash records of a test's processes stand in a folder that goes away with the test.
#include "tests/persistence/temporary_folder.hpp"

#include <cstdlib>

namespace {

struct own_state_folder {
  waymark::test::temporary_folder folder;

  own_state_folder() { ::setenv("WAYMARK_STATE_DIR", folder.file("state").c_str(), 0); }
};
const own_state_folder own;

} // namespace
