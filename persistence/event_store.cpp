#include <waymark/persistence/event_store.hpp>

#include <algorithm>

namespace waymark {

appended event_store::append(const append_command& command) {
  return append(std::span{&command, 1}).front().value_or_throw();
}

std::shared_ptr<void> event_store::call_on_foreign_append(std::function<void()>) {
  return nullptr;
}

double seconds_since_recorded(event_store& log, timestamp recorded_at) {
  return std::max(0.0, std::chrono::duration<double>(log.now() - recorded_at).count());
}

} // namespace waymark
