// owner_child ADDRESS PREFIX OWNER_TIMEOUT_MS
//
// Wants to project revenue, and appends orders without end, until it is killed. Says "ready" once
// its first orders are there.
#include "tests/testing/orders.hpp"

#include <waymark/supervisors/engine.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

int main(int argc, char** argv) {
  if (argc != 4)
    return 2;
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  options.poll_interval = std::chrono::milliseconds{5};
  options.store_backoff = {std::chrono::milliseconds{5}, std::chrono::milliseconds{50}, 2.0, 0.0};
  options.owner_timeout = std::chrono::milliseconds{std::stoi(argv[3])};
  waymark::engine it{waymark::open(argv[1]), options};
  it.start(shop::revenue());
  for (int i = 0;; ++i) {
    try {
      it.append(argv[2] + std::to_string(i), waymark::any_version,
                shop::order_placed{"monday", 1});
    } catch (const waymark::store_error&) {
      // the other one is stopped in the middle of a write: tried again
    }
    if (i == 10)
      std::cout << "ready" << std::endl;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}
