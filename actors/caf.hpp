#pragma once

// The one door to CAF: what all actors include, and what another version of CAF would spell in
// another way. Written for 0.17.6, the only one that is accepted.
// The headers are the narrow ones, because a file that includes caf/all.hpp compiles much longer.
//
// Spawn functions with at least one argument besides `self`: without any, 0.17's headers bind a
// reference to null, which the undefined behaviour sanitizer reports.

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/config.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/result.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/system_messages.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <utility>

namespace waymark::compat {

/// Sends a message and forgets it.
template <class Self, class Dest, class... Ts>
void tell(Self* self, const Dest& to, Ts&&... xs) {
  self->send(to, std::forward<Ts>(xs)...);
}

/// Sends a message that overtakes the normal ones in the receiver's mailbox.
template <class Self, class Dest, class... Ts>
void tell_urgently(Self* self, const Dest& to, Ts&&... xs) {
  self->template send<caf::message_priority::high>(to, std::forward<Ts>(xs)...);
}

/// Sends a message after a delay by the system's clock. It cannot be called back, so the receiver
/// must be able to tell that it has become stale.
template <class Self, class Dest, class... Ts>
void tell_after(Self* self, caf::timespan delay, const Dest& to, Ts&&... xs) {
  self->delayed_send(to, delay, std::forward<Ts>(xs)...);
}

/// Sends a message from outside of any actor.
template <class Dest, class... Ts>
void anon_tell(const Dest& to, Ts&&... xs) {
  caf::anon_send(to, std::forward<Ts>(xs)...);
}

/// Sends a request with a timeout or `caf::infinite`; continue with `.then(f, on_error)`.
/// Avoid `.await`: on 0.17 it also holds back exit and down messages.
template <class Self, class Dest, class Timeout, class... Ts>
auto ask(Self* self, const Dest& to, const Timeout& timeout, Ts&&... xs) {
  return self->request(to, timeout, std::forward<Ts>(xs)...);
}

/// The state of a stateful actor.
template <class Self>
auto& state(Self* self) {
  return self->state;
}

/// Asks an actor to end before it works off its mailbox. `send_exit` would queue behind it.
template <class Self>
void stop_now(Self* self, const caf::actor& who, caf::error reason) {
  tell_urgently(self, who, caf::exit_msg{self->address(), std::move(reason)});
}

/// The same from outside of any actor.
inline void anon_stop_now(const caf::actor& who, caf::error reason) {
  caf::exit_msg order{caf::actor_addr{}, std::move(reason)};
  caf::anon_send<caf::message_priority::high>(who, std::move(order));
}

/// Whether the error carries values of exactly these types as its context.
template <class... Ts>
bool context_is(const caf::error& e) {
  if (!e)
    return false; // on 0.17 an error without a code has no context to look at
  return e.context().match_elements<Ts...>();
}

/// The i-th value of an error's context; `context_is` must have said yes.
template <class T>
const T& context_at(const caf::error& e, std::size_t i) {
  return e.context().get_as<T>(i);
}

/// Keeps CAF from printing: unexpected messages are answered with an error (requests) or dropped,
/// down messages are ignored, errors and exit messages end the actor with their reason, and an
/// exception ends it with `from_exception(std::exception_ptr)`. Call it first in an actor's start,
/// then set the handlers that differ. A normal exit ends the actor too.
template <class Self, class FromException>
void set_quiet_handlers(Self* self, FromException from_exception) {
  self->set_default_handler(caf::drop);
  self->set_error_handler([self](caf::error& e) { self->quit(std::move(e)); });
  self->set_exit_handler([self](caf::exit_msg& m) { self->quit(std::move(m.reason)); });
  self->set_down_handler([](caf::down_msg&) {});
  self->set_exception_handler(
      [from_exception](std::exception_ptr& e) -> caf::error { return from_exception(e); });
}

} // namespace waymark::compat
