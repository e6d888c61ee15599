#include "comparison.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace history {
namespace {

constexpr std::string_view gone = "not-installed";

bool is_gone(const package_state* package) {
  return package == nullptr || package->state == gone;
}

bool agree(const package_state& in_log, const package_state* in_dpkg) {
  if (is_gone(&in_log) || is_gone(in_dpkg))
    return is_gone(&in_log) == is_gone(in_dpkg);
  return in_log.state == in_dpkg->state && in_log.version == in_dpkg->version;
}

std::string describe(const package_state* package) {
  return is_gone(package) ? "not installed" : package->state + " " + package->version;
}

using by_name = std::multimap<std::string, const package_state*, std::less<>>;

/// What dpkg says about a package of the log; null if nothing. If the log leaves the architecture
/// open, the one that agrees is the one that is meant.
const package_state* find(const by_name& database, const package_state& package) {
  const package_state* found = nullptr;
  const auto [first, last] = database.equal_range(package.name);
  for (auto i = first; i != last; ++i) {
    const auto* candidate = i->second;
    if (package.architecture.empty() ? found == nullptr || agree(package, candidate)
                                     : candidate->architecture == package.architecture)
      found = candidate;
  }
  return found;
}

} // namespace

comparison compare(const std::vector<package_state>& in_log,
                   const std::vector<package_state>& in_dpkg) {
  by_name database;
  for (const auto& package : in_dpkg)
    database.emplace(package.name, &package);
  std::set<std::string_view> named_in_full;
  for (const auto& package : in_log)
    if (!package.architecture.empty())
      named_in_full.insert(package.name);
  comparison result;
  for (const auto& package : in_log) {
    if (package.architecture.empty() && named_in_full.count(package.name) > 0)
      continue;
    ++result.compared;
    const auto* other = find(database, package);
    if (agree(package, other))
      continue;
    const auto colon = package.architecture.empty() ? "" : ":";
    result.differences.push_back(
        {package.name + colon + package.architecture, describe(&package), describe(other)});
  }
  std::sort(result.differences.begin(), result.differences.end(),
            [](const auto& a, const auto& b) { return a.package < b.package; });
  return result;
}

} // namespace history
