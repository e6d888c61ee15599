#pragma once

#include "tests/persistence/temporary_folder.hpp"

#include <string>

namespace waymark::test {

/// A pgbouncer in transaction mode before the tests' server (see pgbouncer.sh).
class pooler {
 public:
  pooler() { start(); }
  ~pooler() { stop(); }
  pooler(const pooler&) = delete;
  pooler& operator=(const pooler&) = delete;

  /// @throws std::runtime_error if there is none here.
  void start();
  void stop();

  [[nodiscard]] std::string address() const;
  [[nodiscard]] std::string folder() const { return folder_.file("pooler"); }

 private:
  void run(const std::string& what);

  temporary_folder folder_;
};

} // namespace waymark::test
