#include <waymark/persistence/event_store.hpp>

namespace waymark {

appended event_store::append(const append_command& command) {
  return append(std::span{&command, 1}).front().value_or_throw();
}

} // namespace waymark
