#pragma once

#include "actors/caf.hpp"

#include <cstdint>
#include <exception>
#include <string>

namespace waymark {

/// Why an actor of ours ended, and so what its supervisor does about it.
enum class exit_code : std::uint8_t {
  normal,            ///< it was asked to stop, or had nothing left to do
  crashed,           ///< an exception left a handler: restarted and counted
  store_fault,       ///< a store does not answer: restarted without end, never counted
  projection_failed, ///< only the author or an operator can mend it: not restarted
  restart_limit,     ///< a supervisor gave up on a child: counted by the supervisor above
};

/// The reason as an error for `quit` and `exit_msg`. The text says what happened, for a person.
/// It is an error of CAF's own kind whose context is (code, text): a category of ours would have to
/// be registered in another way with each CAF version. `normal` carries no text.
[[nodiscard]] caf::error make_exit(exit_code code, std::string text);

/// The code of a reason; the reasons of CAF itself are `normal` (also user_shutdown) or `crashed`.
[[nodiscard]] exit_code code_of(const caf::error& reason);

/// What to tell a person, without CAF's decoration.
[[nodiscard]] std::string render(const caf::error& reason);

/// The reason an actor ends with when this exception left one of its handlers: `store_fault` for a
/// `store_error`, `projection_failed` for a `projection_error`, else `crashed`, with its text.
[[nodiscard]] caf::error from_exception(const std::exception_ptr& thrown);

/// `compat::set_quiet_handlers` with `from_exception`: what every actor of ours calls first.
template <class Self>
void set_quiet_handlers(Self* self) {
  compat::set_quiet_handlers(self, [](const std::exception_ptr& e) { return from_exception(e); });
}

} // namespace waymark
