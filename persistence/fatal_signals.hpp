#pragma once

namespace waymark {

/// Told of a fatal signal, on the thread and at the moment that it strikes: only what is
/// async-signal-safe may be done.
using fatal_listener = void (*)(int signo) noexcept;

/// From now on `listener` is told when SIGSEGV, SIGABRT, SIGBUS, SIGFPE or SIGILL strikes this
/// process by its own doing, not when another process sends one. Then whatever was installed for
/// the signal before, or the system's default with its core dump, takes its course as if this were
/// not there. Handlers installed later than this one decide for themselves whether to call it.
/// The second and later calls do nothing; nothing is ever uninstalled. Under a sanitizer, which has
/// handlers of its own, it does nothing at all.
void watch_fatal_signals(fatal_listener listener) noexcept;

/// While it lives, the thread has a stack for signal handlers besides its own, so that one can run
/// when its own is used up. A thread that has one keeps it.
class alternate_stack {
 public:
  alternate_stack() noexcept;
  ~alternate_stack();
  alternate_stack(const alternate_stack&) = delete;
  alternate_stack& operator=(const alternate_stack&) = delete;

 private:
  void* made_ = nullptr;
};

/// "SIGSEGV" for 11.
[[nodiscard]] const char* signal_name(int signo) noexcept;

} // namespace waymark
