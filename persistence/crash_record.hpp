#pragma once

#include <waymark/messages/attempt_marker.hpp>
#include <waymark/messages/checkpoint.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace waymark {

/// What a process leaves behind of the attempts that are under way in it: for each how long it has
/// been so, noted every tenth of a second, and the fatal signal, if one struck its thread. It is a
/// small file, mapped into memory, so that noting is a store and what was noted outlives the
/// process; it does not outlive the machine, and need not: then nothing is known.
///
/// The file is made with the first attempt, so a process whose projections' predecessors ended well
/// has none, and no signal handler either. It is named by the process instance and stands in
///   $WAYMARK_STATE_DIR, or the first of $STATE_DIRECTORY (set by systemd), or
///   $XDG_STATE_HOME/waymark, or ~/.local/state/waymark, or waymark-UID in the folder for temporary
///   files, the first that can be made, is this user's and that no other may write to.
/// A process that ends normally with no attempt under way removes it. What others left goes when
/// the claims that needed it have committed, after a month, or when there are over a hundred; the
/// file of a process that lives is locked, so nobody takes it for one that is left.
///
/// An attempt that is under way on this thread, from construction to destruction. It never throws:
/// without a file nothing is noted. Thread-safe.
class recorded_attempt {
 public:
  /// @param owner as in the marker.
  recorded_attempt(std::string_view owner, const shard_key& key, position_t position) noexcept;
  ~recorded_attempt();
  recorded_attempt(const recorded_attempt&) = delete;
  recorded_attempt& operator=(const recorded_attempt&) = delete;

 private:
  void* slot_ = nullptr;
};

/// What the process of `owner`, which has ended on this host, noted of the attempt at `position`;
/// nothing if it left no record here that this user can read.
[[nodiscard]] std::optional<process_end> find_process_end(std::string_view owner,
                                                          const shard_key& key,
                                                          position_t position) noexcept;

/// Nobody will ask for that end again: removes the record once this holds for all of its attempts.
/// Nothing happens if the process lives. Callable from several processes at once.
void forget_process_end(std::string_view owner, const shard_key& key, position_t position) noexcept;

/// Where the records of this user stand; empty if there is no such place.
[[nodiscard]] std::string crash_record_folder();

} // namespace waymark
