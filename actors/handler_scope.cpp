#include "actors/handler_scope.hpp"

namespace waymark {

namespace {

thread_local bool handling = false;

} // namespace

handler_scope::handler_scope(bool transactional) noexcept : before_{handling} {
  handling = before_ || transactional;
}

handler_scope::~handler_scope() {
  handling = before_;
}

bool inside_handler() noexcept {
  return handling;
}

} // namespace waymark
