#include <waymark/persistence/event_store.hpp>

namespace waymark {

appended event_store::append(const append_command& command) {
  return append(std::span{&command, 1}).front().value_or_throw();
}

std::shared_ptr<void> event_store::call_on_foreign_append(std::function<void()>) {
  return nullptr;
}

} // namespace waymark
