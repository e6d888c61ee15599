#pragma once

#include <waymark/messages/retry_policy.hpp>
#include <waymark/supervisors/restart_strategy.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// What a supervisor does when a child fails more often than its intensity allows.
enum class on_intensity : std::uint8_t {
  escalate,   ///< Stops its other children and fails itself, so that its own supervisor decides.
  fail_child, ///< Marks that one child `failed`; the others go on. Counted for each child alone.
};

struct supervision;

/// A child in a supervision tree: a projection, by its name, or a supervisor with its own children.
class supervised {
 public:
  supervised(std::string projection);
  supervised(const char* projection);
  supervised(supervision supervisor);

  [[nodiscard]] bool is_supervisor() const noexcept { return !supervisor_.empty(); }

  /// The name of the projection or supervisor.
  [[nodiscard]] const std::string& name() const noexcept;

  /// The supervisor; only if `is_supervisor()`.
  [[nodiscard]] const supervision& supervisor() const { return supervisor_.front(); }

 private:
  std::string projection_;
  std::vector<supervision> supervisor_; // none or one: a box that copies, for an incomplete type
};

/// A supervision tree as a value: which projections are restarted together, how often, and when
/// somebody else has to decide.
///
///     supervision{.name = "reports", .strategy = restart_strategy::rest_for_one,
///                 .children = {"customers", "orders", supervision{.name = "mails", ...}}}
///
/// Faults of a store are restarted without end and counted by no supervisor.
struct supervision {
  /// Unique among the supervisors and projections of the tree.
  std::string name;

  restart_strategy strategy = restart_strategy::one_for_one;

  /// At most so many restarts within `period`; one more and `at_limit` decides.
  int intensity = 5;
  std::chrono::milliseconds period{30'000};
  on_intensity at_limit = on_intensity::escalate;

  /// The delay before a restart. It starts again at `min` for a child that ran longer than
  /// `period`.
  backoff_policy backoff{std::chrono::milliseconds{100}, std::chrono::milliseconds{30'000}};

  /// Which ends of its projections are followed by a restart. Nested supervisors are permanent.
  restart_kind restart = restart_kind::permanent;

  /// How long a projection may take to stop before it is killed and left behind.
  std::chrono::milliseconds shutdown{5'000};

  /// In start order; stopped in reverse.
  std::vector<supervised> children{};
};

/// The tree over all projections that an engine uses: one_for_one over these groups and whatever is
/// in none of them. A child that fails too often is marked `failed` and the others go on.
[[nodiscard]] supervision projections_tree(std::vector<supervision> groups = {});

/// Something wrong in a supervision tree.
struct supervision_mistake {
  std::string path; ///< Supervisors from the root and the child, e.g. "projections/reports/orders".
  std::string text; ///< What is wrong and what is allowed, as a sentence.
};

/// Says everything that is wrong with a tree, in its order; nothing if it can be used. With
/// `known_projections`, a child that is none of these is a mistake. Pure.
[[nodiscard]] std::vector<supervision_mistake>
validate(const supervision& tree,
         const std::optional<std::vector<std::string>>& known_projections = std::nullopt);

} // namespace waymark
