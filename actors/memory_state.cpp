#include "actors/memory_state.hpp"

#include <waymark/messages/error.hpp>

#include <exception>

namespace waymark {

namespace {

/// Calls what an author's type does when it is made or copied.
template <class Make>
std::shared_ptr<void> made_by_author(const projection_spec& of, const char* what, Make make) {
  try {
    return make();
  } catch (const std::exception& problem) {
    throw projection_error{"the state of \"" + of.name + "\" can't be " + what + ": " +
                           problem.what()};
  } catch (...) {
    throw projection_error{"the state of \"" + of.name + "\" can't be " + what +
                           ": it threw something that is not a std::exception"};
  }
}

} // namespace

std::shared_ptr<void> new_state(const projection_spec& of) {
  return made_by_author(of, "made", [&] { return of.make_state(); });
}

std::shared_ptr<void> copy_of_state(const projection_spec& of, const void* state) {
  return made_by_author(of, "copied", [&] { return of.copy_state(state); });
}

} // namespace waymark
