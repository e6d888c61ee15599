#pragma once

#include <waymark/messages/checkpoint.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace waymark {

/// The file that crash_record.hpp tells of, byte for byte.
struct crash_page {
  static constexpr std::size_t file_bytes = 4096;
  static constexpr std::array<char, 16> magic{"waymark crash 1"};
  static constexpr std::size_t max_attempts = 64; ///< Under way at once; others are not noted.

  struct slot {
    std::atomic<std::uint64_t> attempt;  ///< 0: free.
    std::atomic<std::int64_t> since_ms;  ///< By the steady clock.
    std::atomic<std::int32_t> age_ms;
    std::atomic<std::int32_t> thread;
    std::atomic<std::int32_t> signal;
  };

  std::array<char, 16> kind;
  std::atomic<std::int32_t> process;
  std::array<slot, max_attempts> slots;

  [[nodiscard]] bool any_attempt() const noexcept;
  /// How an attempt is named in a slot.
  [[nodiscard]] static std::uint64_t name_of(std::string_view owner, const shard_key& key,
                                             position_t position);
};
static_assert(sizeof(crash_page) <= crash_page::file_bytes);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

} // namespace waymark
