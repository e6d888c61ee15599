#pragma once

#include <waymark/messages/attempt_marker.hpp>
#include <waymark/messages/checkpoint.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark {

/// The file that crash_record.hpp tells of, byte for byte.
///
/// It says how the process ended, in one word: by a fatal signal in the thread of slot N, by one in
/// a thread without a slot, on purpose, or nothing. Beside that each slot says whether its attempt
/// was judged overdue, and whether its engine was being stopped. What follows for an attempt, the
/// first that holds:
///   it was overdue: a long end, however the process ended;
///   its engine was stopped and left it behind: no end;
///   a fatal signal in its thread: a crash; in another: an end that says nothing;
///   the process was ended on purpose: no end;
///   its engine was being stopped, or the process was asked to end: no end;
///   an older attempt was under way too: an end that says nothing;
///   else: an end after so long.
///
/// Each of these is one store into memory. If the process dies
///   between the watchdog's verdict and the note of it: as if the verdict had not been;
///   between that note and the one that it ends on purpose (the transaction of the handler that
///     hangs is ended meanwhile): that handler's attempt is overdue, and those beside it say
///     nothing, since it is older;
///   between the first line of a stop and its note: as if it had not been stopped;
///   in the stop, before its deadline: no end, except for a signal in an attempt's own thread;
///   between the deadline and the note of who is left behind: the same;
///   between the return of an attempt and the release of its slot: an end, but nobody asks for it
///     without a marker.
struct crash_page {
  static constexpr std::size_t file_bytes = 4096;
  static constexpr std::array<char, 16> magic{"waymark crash 2"};
  static constexpr std::size_t max_attempts = 64; ///< Under way at once; others are not noted.

  /// Bits of what is noted of a slot.
  enum note : std::uint32_t {
    overdue = 1,  ///< The watchdog has judged it to take too long.
    stopping = 2, ///< Its engine is being stopped.
    left = 4,     ///< Its engine has stopped without it.
    returned = 8  ///< It is over, and was overdue: its thread does other things.
  };

  struct slot {
    std::atomic<std::uint64_t> attempt; ///< 0: free, or nobody asks for it any more.
    std::atomic<std::int64_t> since_ms; ///< By the steady clock.
    std::atomic<std::int32_t> age_ms;   ///< Stays when a claim has counted the end.
    std::atomic<std::int32_t> thread;
    std::atomic<std::uint32_t> notes;
  };

  /// How the process ended, as far as it could say.
  struct ending {
    enum class kind : std::uint8_t {
      unsaid,
      struck,   ///< By a fatal signal.
      given_up, ///< On purpose, because of a handler that does not come back.
      orderly   ///< It came to its end by itself.
    };
    static constexpr std::uint8_t no_slot = 0xff;
    kind how = kind::unsaid;
    std::uint8_t slot = no_slot; ///< Whose thread the signal struck.
    std::uint8_t signal = 0;     ///< 0 in a slot: its handler has called exit().

    [[nodiscard]] std::uint32_t packed() const noexcept;
    [[nodiscard]] static ending of(std::uint32_t packed) noexcept;
  };

  std::array<char, 16> kind;
  std::atomic<std::int32_t> process;
  std::atomic<std::uint32_t> end;  ///< An `ending`.
  std::atomic<std::int32_t> asked; ///< Not 0: somebody has asked the process to end.
  std::array<slot, max_attempts> slots;

  [[nodiscard]] bool any_attempt() const noexcept;
  /// What the end of the process means for an attempt. One without a slot had not come to its
  /// handler, or is over.
  [[nodiscard]] process_end end_of(std::uint64_t attempt) const;

  /// How an attempt is named in a slot.
  [[nodiscard]] static std::uint64_t name_of(std::string_view owner, const shard_key& key,
                                             position_t position);

 private:
  [[nodiscard]] bool is_oldest(const slot& one) const noexcept;
};
static_assert(sizeof(crash_page) <= crash_page::file_bytes);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

} // namespace waymark
