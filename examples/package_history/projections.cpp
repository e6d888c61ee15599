#include "projections.hpp"

#include "events.hpp"

#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace history {
namespace {

using waymark::read_model;

/// Thrown for a broken line; such an error is not worth a second try.
constexpr std::string_view unreadable = "unreadable line";

/// The architectures of a package are handled in order, since one can take another's place.
std::string package_key(const waymark::event& e) {
  if (e.aggregate_type != "Package")
    return e.aggregate_type + '\0' + e.aggregate_id;
  return e.aggregate_id.substr(0, e.aggregate_id.find(':'));
}

/// When a new version of a package has another architecture ("foo:amd64" becomes "foo:all"), dpkg
/// writes no line that ends the old one: it is half-installed, then the new one is unpacked without
/// having been half-installed itself. dpkg knows only the new one from there on.
void retire_other_architecture(read_model& db, const status_changed& e) {
  db.execute("UPDATE installed_packages"
             " SET state = 'not-installed', version = '<none>', since = $3"
             " WHERE name = $1 AND architecture <> $2 AND state = 'half-installed'"
             " AND NOT EXISTS (SELECT 1 FROM installed_packages AS present"
             "   WHERE present.name = $1 AND present.architecture = $2"
             "   AND present.state <> 'not-installed')",
             e.package, e.architecture, e.at);
}

void set_state(read_model& db, const status_changed& e) {
  if (e.state == "unpacked")
    retire_other_architecture(db, e);
  db.execute("INSERT INTO installed_packages (name, architecture, version, state, since)"
             " VALUES ($1, $2, $3, $4, $5)"
             " ON CONFLICT (name, architecture) DO UPDATE"
             " SET version = excluded.version, state = excluded.state, since = excluded.since"
             " WHERE installed_packages.version <> excluded.version"
             " OR installed_packages.state <> excluded.state",
             e.package, e.architecture, e.version, e.state, e.at);
}

[[noreturn]] void refuse(const line_unreadable& e) {
  throw std::runtime_error{std::string{unreadable} + " " + e.file + ":" + std::to_string(e.line) +
                           ": " + e.reason};
}

void count(read_model& db, const package_action& e, int installs, int upgrades, int removals) {
  db.execute("INSERT INTO daily_activity (day, installs, upgrades, removals)"
             " VALUES ($1, $2, $3, $4)"
             " ON CONFLICT (day) DO UPDATE SET installs = daily_activity.installs + $2,"
             " upgrades = daily_activity.upgrades + $3, removals = daily_activity.removals + $4",
             e.at.substr(0, e.at.find(' ')), installs, upgrades, removals);
}

} // namespace

waymark::projection installed_packages() {
  waymark::retry_policy retry;
  retry.retry_if = [](const std::string& error) {
    return error.find(unreadable) == std::string::npos;
  };
  retry.give_ups_in_a_row = std::numeric_limits<int>::max(); // a heap of broken lines is no fault
  return waymark::projection{installed_packages_name}
      .table("CREATE TABLE IF NOT EXISTS installed_packages ("
             "name TEXT NOT NULL, architecture TEXT NOT NULL, version TEXT NOT NULL,"
             " state TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (name, architecture))")
      .truncate("DELETE FROM installed_packages")
      .sequence_by("package-name", package_key)
      .retry(std::move(retry))
      .on<status_changed>(set_state)
      .on<line_unreadable>([](read_model&, const line_unreadable& e) { refuse(e); });
}

waymark::projection daily_activity() {
  return waymark::projection{daily_activity_name}
      .table("CREATE TABLE IF NOT EXISTS daily_activity ("
             "day TEXT PRIMARY KEY, installs BIGINT NOT NULL, upgrades BIGINT NOT NULL,"
             " removals BIGINT NOT NULL)")
      .truncate("DELETE FROM daily_activity")
      .on<install_begun>([](read_model& db, const install_begun& e) { count(db, e, 1, 0, 0); })
      .on<upgrade_begun>([](read_model& db, const upgrade_begun& e) { count(db, e, 0, 1, 0); })
      .on<removal_begun>([](read_model& db, const removal_begun& e) { count(db, e, 0, 0, 1); })
      .on<package_disappeared>(
          [](read_model& db, const package_disappeared& e) { count(db, e, 0, 0, 1); });
}

} // namespace history
