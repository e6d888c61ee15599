#include "node/service_watchdog.hpp"

#include "node/service_notice.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace waymark::node {

namespace {

std::optional<long long> number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr)
    return std::nullopt;
  const std::string_view all{text};
  long long number = 0;
  const auto [end, problem] = std::from_chars(all.data(), all.data() + all.size(), number);
  if (problem != std::errc{} || end != all.data() + all.size())
    return std::nullopt;
  return number;
}

} // namespace

std::optional<std::chrono::microseconds> watchdog_interval() {
  const auto interval = number_in("WATCHDOG_USEC");
  if (!interval || *interval <= 0 || number_in("WATCHDOG_PID").value_or(::getpid()) != ::getpid())
    return std::nullopt;
  return std::chrono::microseconds{*interval};
}

service_watchdog::service_watchdog(std::function<bool()> is_live)
    : is_live_{std::move(is_live)} {
  using std::chrono::milliseconds;
  if (const auto interval = watchdog_interval())
    thread_ = std::thread{[this, half = std::chrono::ceil<milliseconds>(*interval / 2)] {
      run(half);
    }};
}

service_watchdog::~service_watchdog() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  ended_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

bool service_watchdog::is_live() const noexcept {
  try {
    return is_live_();
  } catch (const std::exception&) {
    return false;
  }
}

void service_watchdog::run(std::chrono::milliseconds half) {
  std::unique_lock lock{mutex_};
  while (!ending_) {
    lock.unlock();
    const bool live = is_live();
    if (live)
      notify_service_manager("WATCHDOG=1");
    lock.lock();
    ended_.wait_for(lock, live ? half : half / 8, [this] { return ending_; });
  }
}

} // namespace waymark::node
