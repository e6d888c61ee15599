#pragma once

#include "actors/apply.hpp"
#include "actors/baton.hpp"
#include "persistence/crash_record.hpp"
#include "persistence/fatal_signals.hpp"

#include <optional>
#include <string>

namespace waymark {

/// Everything around one attempt of a projection that runs event by event, or at an event of a
/// replay: the process's baton, the durable marker, and what is recorded should the process end.
/// Lives on a session's thread, from before the unit of work begins until it has ended.
///
/// If the process dies
///   before the marker is committed: nothing is known, and nobody is blamed;
///   between that and the record of the attempt: an end that says nothing;
///   after it, until the unit's commit: the marker and the record say what was under way, for how
///     long, and which signal struck; the event has had no effect;
///   after the unit's commit, which took the marker away: the record says so still, but nobody asks
///     for it without a marker.
/// An attempt that fails (the event's fault, or the store's) leaves the marker without an owner; if
/// the process dies before that is committed, it counts as an end that says nothing. One that the
/// watchdog has judged overdue, and that fails because its transaction was ended from outside, say,
/// leaves the marker and the record as they are: the process is ended for it, or may be, and the
/// shard's next attempt replaces them if it is not.
class attempt_scope {
 public:
  /// @param sequence_key the event's, if it is known without asking the author's rule.
  /// @throws store_error.
  attempt_scope(const apply_request& request, const event& subject,
                std::optional<std::string> sequence_key = std::nullopt);
  ~attempt_scope();
  attempt_scope(const attempt_scope&) = delete;
  attempt_scope& operator=(const attempt_scope&) = delete;

  [[nodiscard]] bool fenced() const noexcept { return fenced_; }

  /// The author's rule has given the key, and has not ended the process. False if fenced.
  /// @throws store_error.
  [[nodiscard]] bool know_key(const std::string& sequence_key);

  /// The marker is gone: what became of the event is committed with that.
  void succeeded() noexcept { open_ = false; }

 private:
  [[nodiscard]] bool was_overdue() const noexcept;
  void record();
  void end_marker() noexcept;

  const apply_request& request_;
  attempt_marker marker_;
  baton::turn turn_;
  bool fenced_ = false;
  bool open_ = false;
  std::optional<alternate_stack> stack_;
  std::optional<recorded_attempt> record_;
};

} // namespace waymark
