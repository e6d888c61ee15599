#include <waymark/messages/version.hpp>

#include "messages/version_number.hpp"

static_assert(WAYMARK_VERSION_NUMBER == WAYMARK_BUILT_VERSION_NUMBER,
              "version.hpp is to say the same as CMakeLists.txt");

std::string_view waymark::version() noexcept {
  return WAYMARK_VERSION;
}
