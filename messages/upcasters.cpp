#include <waymark/messages/upcasters.hpp>

#include <waymark/messages/error.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace waymark {

namespace {

using step_ptr = std::shared_ptr<const upcasters::step>;
using steps_of_type = std::map<int, step_ptr>; // By the version they start from.

struct registry {
  std::shared_mutex mutex;
  std::map<std::string, steps_of_type, std::less<>> types;
  std::atomic<bool> used{false}; ///< Spares programs without upcasters the lock.

  /// Never destroyed: threads may still decode while the program ends.
  static registry& get() {
    static auto& only = *new registry;
    return only;
  }
};

std::string name_of_step(std::string_view event_type, int from) {
  return std::string{event_type} + " from version " + std::to_string(from) + " to " +
         std::to_string(from + 1);
}

/// The steps from one version to another, taken out so that they run without the lock: an upcaster
/// may itself look at the registry.
std::vector<step_ptr> find_steps(std::string_view event_type, int from, int to) {
  auto& all = registry::get();
  const std::shared_lock lock{all.mutex};
  const auto type = all.types.find(event_type);
  std::vector<step_ptr> found;
  for (int version = from; version < to; ++version) {
    const auto missing =
        type == all.types.end() || type->second.find(version) == type->second.end();
    if (missing)
      throw projection_error{"there is no upcaster for " + name_of_step(event_type, version) +
                             "; register one before the projection starts"};
    found.push_back(type->second.at(version));
  }
  return found;
}

} // namespace

void upcasters::register_upcaster(std::string_view event_type, int from_version, step lift) {
  if (event_type.empty() || from_version < 1 || !lift)
    throw usage_error{"an upcaster needs an event type, a version of at least 1 to start from, and "
                      "a function"};
  auto& all = registry::get();
  const std::unique_lock lock{all.mutex};
  auto& steps = all.types[std::string{event_type}];
  const auto added =
      steps.emplace(from_version, std::make_shared<const step>(std::move(lift))).second;
  if (!added)
    throw usage_error{"the upcaster for " + name_of_step(event_type, from_version) +
                      " is registered twice"};
  all.used = true;
}

int upcasters::latest(std::string_view event_type) {
  auto& all = registry::get();
  if (!all.used)
    return 0;
  const std::shared_lock lock{all.mutex};
  const auto type = all.types.find(event_type);
  return type == all.types.end() ? 0 : type->second.rbegin()->first + 1;
}

nlohmann::json upcasters::lift(std::string_view event_type, nlohmann::json data, int from, int to) {
  if (to < from)
    throw projection_error{std::string{event_type} + " has schema version " + std::to_string(from) +
                           ", but this program knows only up to version " + std::to_string(to)};
  for (const auto& step : find_steps(event_type, from, to)) {
    try {
      data = (*step)(std::move(data));
    } catch (const std::exception& e) {
      throw decode_error{"the upcaster for " + name_of_step(event_type, from) +
                         " failed: " + e.what()};
    }
    ++from;
  }
  return data;
}

void upcasters::forget(std::string_view event_type) {
  auto& all = registry::get();
  const std::unique_lock lock{all.mutex};
  if (const auto type = all.types.find(event_type); type != all.types.end())
    all.types.erase(type);
}

} // namespace waymark
