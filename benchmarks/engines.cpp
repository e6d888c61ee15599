#include "benchmarks/engines.hpp"

namespace bench {

waymark::engine_options silent() {
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  return options;
}

void catch_up(const waymark::engine& engine, const waymark::projection_handle& projection) {
  const auto end = projection.wait_until_caught_up(std::chrono::minutes{10});
  if (end != waymark::wait_result::reached)
    throw waymark::error{engine.explain(projection.name())};
}

} // namespace bench
