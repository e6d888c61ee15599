#pragma once

#include <chrono>
#include <thread>

namespace waymark::test {

/// Long enough for a loaded machine under a sanitizer; a test that passes needs milliseconds.
inline constexpr std::chrono::milliseconds patience{60'000};

/// Whether `condition` holds before the patience is at its end.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = patience) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

} // namespace waymark::test
