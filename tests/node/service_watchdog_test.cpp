#include "node/service_watchdog.hpp"

#include "tests/catch.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

using namespace waymark::node;

namespace {

/// A service manager that waits for signs of life.
class fake_manager {
 public:
  explicit fake_manager(const char* interval_us) {
    const auto path = folder_.file("notify");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const timeval patience{60, 0};
    ::setsockopt(file_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", interval_us, 1);
  }
  ~fake_manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
    ::close(file_);
  }
  fake_manager(const fake_manager&) = delete;
  fake_manager& operator=(const fake_manager&) = delete;

  /// What is said next, or, with `now`, what was said already; empty if nothing.
  std::string hear(bool now = false) {
    char text[64];
    const auto size = ::recv(file_, text, sizeof text, now ? MSG_DONTWAIT : 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string{};
  }

 private:
  waymark::test::temporary_folder folder_;
  int file_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
};

} // namespace

TEST_CASE("the service manager gets signs of life as long as there is life") {
  fake_manager manager{"20000"};
  std::atomic<int> asked{0};
  std::atomic<int> which{0}; // 0: it lives, 1: it does not, 2: it can't be asked
  service_watchdog signs{[&] {
    ++asked;
    if (which == 2)
      throw std::runtime_error{"no answer"};
    return which == 0;
  }};
  for (int i = 0; i < 3; ++i)
    CHECK(manager.hear() == "WATCHDOG=1");
  for (const int dead : {1, 2}) {
    which = dead;
    const auto wait_for_questions = [&, until = asked + 2] {
      while (asked < until)
        ::usleep(1000);
    };
    wait_for_questions();
    while (!manager.hear(true).empty()) {
    }
    const int before = asked;
    while (asked < before + 5)
      ::usleep(1000);
    CHECK(manager.hear(true).empty());
    which = 0;
    CHECK(manager.hear() == "WATCHDOG=1"); // it may recover within the interval
  }
}

TEST_CASE("signs of life are given only to who waits for them") {
  fake_manager manager{"0"};
  CHECK_FALSE(watchdog_interval());
  ::setenv("WATCHDOG_USEC", "7x", 1);
  CHECK_FALSE(watchdog_interval());
  ::setenv("WATCHDOG_USEC", "7000", 1);
  CHECK(watchdog_interval() == std::chrono::microseconds{7000});
  ::setenv("WATCHDOG_PID", "1", 1);
  CHECK_FALSE(watchdog_interval());
  std::atomic<bool> asked{false};
  {
    const service_watchdog signs{[&] { return asked.exchange(true); }};
    ::usleep(30'000); // four times the interval
  }
  CHECK_FALSE(asked.load());
}
