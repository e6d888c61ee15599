#pragma once

namespace waymark {

/// Marks the thread as running a handler, if that handler must not wait for the engine. A handler
/// may drive another projection by hand: inside that, too, nothing may wait.
class handler_scope {
 public:
  explicit handler_scope(bool transactional) noexcept;
  ~handler_scope();
  handler_scope(const handler_scope&) = delete;
  handler_scope& operator=(const handler_scope&) = delete;

 private:
  const bool before_;
};

/// True on a thread that runs a transactional handler just now. It must not wait for the engine,
/// which may be waiting for it.
[[nodiscard]] bool inside_handler() noexcept;

} // namespace waymark
