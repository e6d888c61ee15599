#include "node/claims.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace waymark::node {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds glance{10};
constexpr std::chrono::seconds longest{30};

} // namespace

void wait_for_claims(const engine& on, const std::function<bool()>& ended) {
  const auto deadline = steady_clock::now() + longest;
  const auto some_begin = [&] {
    const auto all = on.status();
    return std::any_of(all.begin(), all.end(), [](const projection_status& s) {
      return s.state == projection_state::starting;
    });
  };
  while (!ended() && some_begin() && steady_clock::now() < deadline)
    std::this_thread::sleep_for(glance);
}

void take_over_all(engine& on, const mandate& as, const std::function<bool()>& ended) {
  wait_for_claims(on, ended);
  const auto deadline = steady_clock::now() + longest;
  for (const auto& name : on.names())
    for (bool told = false; !told && !ended();)
      try {
        on.take_over(name, as);
        told = true;
      } catch (const timeout_error&) { // its actor is down, and its state says why
        if (steady_clock::now() >= deadline)
          break;
        std::this_thread::sleep_for(glance);
      }
}

} // namespace waymark::node
