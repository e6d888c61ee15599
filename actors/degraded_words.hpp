#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

/// How the reason of a degraded shard begins if it is a sentence of its own. Any other one is what
/// a store has thrown.
namespace waymark::degraded_words {

inline constexpr const char* cant_read_log = "can't read the log: ";
inline constexpr const char* stalled_in = "stalled in ";
inline constexpr const char* waiting_for_replica =
    "waiting for replica: the checkpoint is at position ";

[[nodiscard]] inline bool say_all(std::string_view reason) noexcept {
  constexpr const char* all[]{cant_read_log, stalled_in, waiting_for_replica};
  return std::any_of(std::begin(all), std::end(all),
                     [&](const char* words) { return reason.starts_with(words); });
}

} // namespace waymark::degraded_words
