#pragma once

#include "tests/persistence/temporary_folder.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace waymark::test {

/// Stands before the tests' server and hands everything on, but notifications only while it is not
/// deaf: as a pooler would that gives LISTEN and what follows to other sessions.
class deaf_proxy {
 public:
  deaf_proxy();
  ~deaf_proxy();
  deaf_proxy(const deaf_proxy&) = delete;
  deaf_proxy& operator=(const deaf_proxy&) = delete;

  void set_deaf(bool deaf) noexcept { deaf_ = deaf; }
  /// Of a schema's tables, through this proxy.
  [[nodiscard]] std::string address_of(const std::string& address) const;

 private:
  void listen();
  void serve(int client);

  temporary_folder folder_;
  int listening_ = -1;
  std::atomic<bool> deaf_{false};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> connections_;
  std::thread listener_;
};

} // namespace waymark::test
