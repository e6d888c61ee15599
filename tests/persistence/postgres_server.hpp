#pragma once

#include <string>

namespace waymark::test {

/// The private server that ctest starts for the tests marked POSTGRES (see postgres_server.sh).
struct postgres_server {
  std::string address; ///< Of its database, for a superuser.
  std::string folder;
  std::string owner; ///< The system's user that it runs as.
  std::string pg_ctl;

  /// @throws std::runtime_error that says how to get one.
  [[nodiscard]] static const postgres_server& instance();

  /// Starts another one for this process alone, which `instance` gives from then on; to be called
  /// before anything else. It ends with the process. `settings` are lines of postgresql.conf.
  static void start_own(const std::string& settings = "");

  /// Stops it as a crash would and starts it again.
  void crash_and_restart() const { control("-m immediate restart"); }

  /// From now on the files of its databases can't grow, or can again. For one that was started by
  /// `start_own`.
  void set_disk_full(bool full) const;

  /// Has pg_ctl do something with its cluster, or with another in `data`.
  void control(const std::string& what, const std::string& data = "data") const;

  /// Runs a command as the user that owns the server, in its folder, `{folder}`; `{bin}` is where
  /// its programs are. False if it fails.
  [[nodiscard]] bool run_as_owner(std::string command) const;
};

/// A schema of its own in the server, for waymark's tables and for read models; dropped at the end.
class postgres_schema {
 public:
  postgres_schema();
  ~postgres_schema();
  postgres_schema(const postgres_schema&) = delete;
  postgres_schema& operator=(const postgres_schema&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// `more` is added to the parameters: "&max_sessions=2".
  [[nodiscard]] std::string address(const std::string& more = "") const;

 private:
  std::string name_;
};

/// Runs SQL on a connection of its own; the first value of the answer, in text.
std::string run_sql(const std::string& sql);

} // namespace waymark::test
