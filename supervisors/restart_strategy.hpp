#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace waymark {

/// Which children are started again when one of them has failed.
enum class restart_strategy : std::uint8_t {
  one_for_one,  ///< That one: the children know nothing of each other.
  one_for_all,  ///< All: none makes sense without the others.
  rest_for_one, ///< That one and those that were started after it, which may lean on it.
};

/// Which ends of a child are followed by a restart. An end by a store's fault always is.
enum class restart_kind : std::uint8_t {
  permanent, ///< Every end.
  transient, ///< Every end but a normal one.
  temporary, ///< None.
};

/// Where a child is in its supervisor's eyes.
enum class child_state : std::uint8_t {
  running,
  backing_off, ///< Down, and to be started again.
  stopped,     ///< Ended normally, or stopped by name; started by name only.
  failed,      ///< Given up: an operator has to look, and to restart it by name.
};

/// How a child ended.
enum class child_end : std::uint8_t { normal, crash, store_fault };

[[nodiscard]] const char* to_string(restart_strategy) noexcept;
[[nodiscard]] const char* to_string(restart_kind) noexcept;
[[nodiscard]] const char* to_string(child_state) noexcept;

/// Whether a child of this kind is started again after this end.
[[nodiscard]] bool is_restarted(restart_kind kind, child_end end) noexcept;

/// What the strategies have to know of a child.
struct child_view {
  child_state state = child_state::running;
  restart_kind kind = restart_kind::permanent;
};

/// What to do about a failed child, as indices into the children in start order.
struct restart_plan {
  std::vector<std::size_t> stop;  ///< Still up: stop them in this (reverse) order first.
  std::vector<std::size_t> start; ///< Then start these, in this order.
};

/// Decides what the failure of child `failed` means for all. The failed child itself is down and to
/// be started again, whatever its kind and state. Children that are stopped or failed stay so; a
/// temporary child that has to be stopped for another's sake is not started again. Pure.
[[nodiscard]] restart_plan plan_restart(restart_strategy strategy,
                                        const std::vector<child_view>& children,
                                        std::size_t failed);

} // namespace waymark
