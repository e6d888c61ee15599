#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string_view>

namespace waymark {

/// The process-wide registry of upcasters: functions that lift an event's data from one schema
/// version to the next, before a handler sees it. Each registers a single step, from n to n + 1,
/// and events of an older version climb all steps up to the version that the handler's type has.
///
/// Register them before the first engine starts: a payload is decoded once and remembered, so one
/// that was decoded before a change of the registry does not see it. Thread-safe; an upcaster may
/// be called by several threads at once.
class upcasters {
 public:
  /// Gets the data in the version it was registered for, and answers it in the next.
  using step = std::function<nlohmann::json(nlohmann::json)>;

  /// Adds the step from `from_version` to the next for events of this type.
  /// @throws usage_error if that step is registered already, `from_version` is below 1, or the type
  /// or the function is empty.
  static void register_upcaster(std::string_view event_type, int from_version, step lift);

  /// The version that the highest registered step leads to; 0 if the type has no upcasters.
  [[nodiscard]] static int latest(std::string_view event_type);

  /// Lifts `data` step by step. Equal versions: the data as it is.
  /// @throws projection_error if a step between the versions is missing, or `to` is below `from`.
  /// @throws decode_error if an upcaster throws.
  [[nodiscard]] static nlohmann::json lift(std::string_view event_type, nlohmann::json data,
                                           int from, int to);

  /// Forgets all steps of a type; for tests that register their own.
  static void forget(std::string_view event_type);
};

} // namespace waymark
