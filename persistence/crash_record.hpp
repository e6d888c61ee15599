#pragma once

#include "persistence/crash_folder.hpp"
#include "persistence/crash_page.hpp"

#include <waymark/messages/attempt_marker.hpp>
#include <waymark/messages/checkpoint.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace waymark {

/// What a process leaves behind of the attempts that are under way in it: for each how long it has
/// been so, noted every tenth of a second, and what is known of the end: a fatal signal and whose
/// thread it struck, an end on purpose, a stop (crash_page.hpp says what follows). It is a small
/// file, mapped into memory, so that noting is a store and what was noted outlives the process; it
/// does not outlive the machine, and need not: then nothing is known.
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

  /// Its effect is committed. One that had none and was overdue stays on record, until the shard's
  /// next attempt.
  void succeeded() noexcept { had_effect_ = true; }

 private:
  crash_page::slot* slot_ = nullptr;
  bool had_effect_ = false;
};

/// Why attempts can't be recorded in this process, if they can't, for whoever asks first.
[[nodiscard]] std::optional<std::string> take_record_problem();

/// The attempt under way there was judged to take too long: whenever the process ends before it has
/// an effect, that counts as a long end.
void note_overdue(std::string_view owner, const shard_key& key, position_t position);

/// How far the stop of an owner (an engine) has come.
enum class stop_stage : std::uint8_t {
  begun,       ///< If the process ends now, by no fatal signal, its attempts are not to blame.
  left_behind, ///< Some did not end in time: whatever ends the process now, they are not to blame.
  done         ///< None is under way any more.
};
void note_stop(std::string_view owner, stop_stage how_far);

/// While it lives, the process may be ended on purpose because of an attempt that is overdue: if it
/// is, the others are not to blame.
class end_on_purpose {
 public:
  end_on_purpose();
  ~end_on_purpose();
  end_on_purpose(const end_on_purpose&) = delete;
  end_on_purpose& operator=(const end_on_purpose&) = delete;
};

/// What the process of `owner`, which has ended on this host, noted of the attempt at `position`;
/// nothing if it left no record here that this user can read.
[[nodiscard]] std::optional<process_end> find_process_end(std::string_view owner,
                                                          const shard_key& key,
                                                          position_t position) noexcept;

/// Nobody will ask for that end again: removes the record once this holds for all of its attempts.
/// Nothing happens if the process lives. Callable from several processes at once.
void forget_process_end(std::string_view owner, const shard_key& key, position_t position) noexcept;

} // namespace waymark
