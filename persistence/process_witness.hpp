#pragma once

#include <waymark/messages/attempt_marker.hpp>
#include <waymark/messages/checkpoint.hpp>

#include <atomic>
#include <optional>
#include <string_view>

namespace waymark {

/// Tells of processes that are only made up, by a simulation: the system and its records know
/// nothing of them. Asked before the system is.
class process_witness {
 public:
  virtual ~process_witness() = default;

  /// Whether the process of `owner` lives; nothing if it can't be known from here.
  [[nodiscard]] virtual std::optional<bool> lives(std::string_view owner) const = 0;

  /// See find_process_end.
  [[nodiscard]] virtual std::optional<process_end>
  end_of(std::string_view owner, const shard_key& key, position_t position) const = 0;
};

/// The one to be asked; null unless a simulation runs.
inline std::atomic<const process_witness*> witness_of_processes{nullptr};

} // namespace waymark
