#pragma once

#include <waymark/actors/projection.hpp>

namespace history {

inline constexpr const char* installed_packages_name = "installed-packages";
inline constexpr const char* daily_activity_name = "daily-activity";

/// `installed_packages`: a row for each package that the log ever named, with the state that dpkg
/// should have it in now; `not-installed` for one that is gone. `since` is the local time at which
/// it got this state and version. A broken line is given up here, and becomes a dead letter.
[[nodiscard]] waymark::projection installed_packages();

/// `daily_activity`: how many installs, upgrades and removals were begun on each (local) day.
[[nodiscard]] waymark::projection daily_activity();

} // namespace history
