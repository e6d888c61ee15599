#pragma once

namespace waymark::node {

/// While it lives, SIGINT, SIGTERM and SIGHUP ask the program to come to an end instead of killing
/// it; a second SIGINT or SIGTERM kills it. What a handler is doing is blamed on no event then, nor
/// if SIGQUIT, SIGUSR1 or SIGUSR2 kill it. SIGHUP and those three only where nobody has ignored or
/// handled them. One at a time.
class interruption {
 public:
  /// @throws std::system_error if there is no file descriptor left.
  interruption();
  /// Signals do again what they did before.
  ~interruption();
  interruption(const interruption&) = delete;
  interruption& operator=(const interruption&) = delete;

  [[nodiscard]] bool requested() const noexcept;

  /// Becomes readable when a signal came, and stays so: for poll(2) beside other things.
  [[nodiscard]] int descriptor() const noexcept;

  /// As if a signal had come. Thread-safe.
  void request() const noexcept;
};

} // namespace waymark::node
