#include <waymark/messages/error.hpp>

namespace waymark {

const char* to_string(fault who) noexcept {
  switch (who) {
  case fault::event:
    return "event";
  case fault::projection:
    return "projection";
  case fault::store:
    return "store";
  }
  return "unknown";
}

fault fault_of(const std::exception& e) noexcept {
  if (dynamic_cast<const store_error*>(&e) != nullptr)
    return fault::store;
  if (dynamic_cast<const projection_error*>(&e) != nullptr ||
      dynamic_cast<const incompatible_store*>(&e) != nullptr ||
      dynamic_cast<const call_inside_handler*>(&e) != nullptr)
    return fault::projection;
  return fault::event;
}

} // namespace waymark
