#pragma once

#include <waymark/messages/event_macros.hpp>

#include <cstdint>
#include <string>

namespace history {

/// What the lines that begin some work on a package have in common. `at` is the local time as the
/// log has it, "2025-05-20 12:00:00"; the envelope's `occurred_at` has the same moment in UTC. A
/// version that there is not is `<none>`; old logs leave the architecture out, then it is empty.
struct package_action {
  std::string package;
  std::string architecture;
  std::string old_version;
  std::string new_version;
  std::string at;
};

struct install_begun : package_action {};
struct upgrade_begun : package_action {};
struct configure_begun : package_action {};
struct triggers_begun : package_action {};
struct removal_begun : package_action {};
struct purge_begun : package_action {};
/// All its files were taken over by other packages, so dpkg forgot it.
struct package_disappeared : package_action {};

/// The state that a package has reached: this is what dpkg's own database says from then on.
struct status_changed {
  std::string package;
  std::string architecture;
  std::string state;
  std::string version;
  std::string at;
};

/// The administrator's file was kept, or the package's was installed.
struct conffile_decided {
  std::string path;
  std::string decision;
  std::string at;
};

/// dpkg was called: `subject` is "archives" or "packages", `command` what to do with them.
struct dpkg_started {
  std::string subject;
  std::string command;
  std::string at;
};

/// A line that says none of the above. It is an event too, so that nothing of the log is lost; the
/// projection that is given it can only give it up, and so it ends as a dead letter.
struct line_unreadable {
  std::string file; ///< Where it was seen first; rotation renames files.
  std::int64_t line = 0;
  std::string text; ///< Bytes that are not text are written as \xNN.
  std::string reason;
};

WAYMARK_EVENT(install_begun, "InstallBegun", "Package", package, architecture, old_version,
              new_version, at);
WAYMARK_EVENT(upgrade_begun, "UpgradeBegun", "Package", package, architecture, old_version,
              new_version, at);
WAYMARK_EVENT(configure_begun, "ConfigureBegun", "Package", package, architecture, old_version,
              new_version, at);
WAYMARK_EVENT(triggers_begun, "TriggersBegun", "Package", package, architecture, old_version,
              new_version, at);
WAYMARK_EVENT(removal_begun, "RemovalBegun", "Package", package, architecture, old_version,
              new_version, at);
WAYMARK_EVENT(purge_begun, "PurgeBegun", "Package", package, architecture, old_version, new_version,
              at);
WAYMARK_EVENT(package_disappeared, "PackageDisappeared", "Package", package, architecture,
              old_version, new_version, at);
WAYMARK_EVENT(status_changed, "StatusChanged", "Package", package, architecture, state, version,
              at);
WAYMARK_EVENT(conffile_decided, "ConffileDecided", "Conffile", path, decision, at);
WAYMARK_EVENT(dpkg_started, "DpkgStarted", "Dpkg", subject, command, at);
WAYMARK_EVENT(line_unreadable, "LineUnreadable", "Line", file, line, text, reason);

} // namespace history
