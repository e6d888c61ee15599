#include <waymark/messages/version.hpp>

#include "messages/version_number.hpp"

std::string_view waymark::version() noexcept {
  return WAYMARK_VERSION;
}
