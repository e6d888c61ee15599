#pragma once

#include <waymark/messages/mandate.hpp>
#include <waymark/messages/status.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace waymark {

/// Why a shard does not go on.
enum class stand : std::uint8_t {
  none,
  standing_by,
  backing_off,
  degraded,
  full, ///< As much is parked as may be.
  stopped,
  failed,
  diverged
};

/// How a shard stands, and what operators want of it; from that follow its state, the reason that a
/// status tells, and whether it settles letters.
struct standing {
  stand how = stand::none;
  std::string why; ///< It stands so, or what else is to be told.
  bool paused = false;
  std::string pause_reason;
  bool holding = false;  ///< For a reset.
  bool draining = false; ///< To end.
  bool ended = false;
  std::optional<std::string> overdue; ///< Why, as long as a handler has not come back.

  void still(stand as, std::string reason);
  void go_on() { still(stand::none, {}); }
  /// An operator's word; who it was, if that is known.
  void pause(const mandate& as);

  [[nodiscard]] bool goes_on() const noexcept { return how == stand::none; }
  /// For nothing but that as much is parked as may be.
  [[nodiscard]] bool is_full() const noexcept;
  /// For a reason that somebody has to see to: a pause neither ends nor hides that.
  [[nodiscard]] bool needs_somebody() const noexcept;
  [[nodiscard]] projection_state state(bool claimed) const noexcept;
  /// Why it is in that state; empty if it `works`: has its claim, and handles live events.
  [[nodiscard]] std::string reason(bool works) const;
  /// Why letters can't be settled as things are; empty if they can.
  [[nodiscard]] std::string refusal_to_settle() const;
};

} // namespace waymark
