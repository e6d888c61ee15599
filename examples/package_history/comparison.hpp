#pragma once

#include "dpkg_database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace history {

/// A package that the log and dpkg's database do not agree on.
struct difference {
  std::string package; ///< "libfoo:amd64"
  std::string in_log;  ///< "installed 1.2-3", or "not installed"
  std::string in_dpkg;
};

struct comparison {
  std::int64_t compared = 0;
  std::vector<difference> differences; ///< By package.
};

/// Compares every package of the log with dpkg's database. Packages that only dpkg knows are older
/// than the log, and are left out. Pure.
///
/// Gone is gone, whether dpkg has no entry or one that says `not-installed`; in any other state the
/// version has to be the same too. A package without an architecture (from an old log) agrees if
/// any architecture of it does, and is left out if younger lines name one.
[[nodiscard]] comparison compare(const std::vector<package_state>& in_log,
                                 const std::vector<package_state>& in_dpkg);

} // namespace history
