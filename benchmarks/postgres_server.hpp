#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace bench {

/// A PostgreSQL server of the benchmarks' own, with its settings at their defaults, on the
/// loopback. Started by the first row that needs it, ended with the process.
class postgres_server {
 public:
  /// @throws std::runtime_error if no server can be started.
  [[nodiscard]] static postgres_server& instance();
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  [[nodiscard]] std::string address(const std::string& database) const;

  /// A name that no database has yet.
  [[nodiscard]] std::string new_name();

  /// A database with a log of so many events, to be copied and not to be used.
  [[nodiscard]] std::string log_of(std::int64_t events, std::int64_t streams);

 private:
  postgres_server();

  std::filesystem::path folder_;
  int port_ = 0;
  int names_ = 0;
};

/// A database that goes away with this. Its writes so far are on disk when it is made.
class postgres_database {
 public:
  /// A copy of `source`; or an empty one, with waymark's tables.
  explicit postgres_database(const std::string& source = {});
  ~postgres_database();
  postgres_database(const postgres_database&) = delete;
  postgres_database& operator=(const postgres_database&) = delete;

  [[nodiscard]] const std::string& address() const noexcept { return address_; }

 private:
  std::string name_;
  std::string address_;
};

} // namespace bench
