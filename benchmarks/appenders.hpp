#pragma once

#include "benchmarks/sample.hpp"
#include "benchmarks/shop.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

constexpr std::int64_t producers = 64;
constexpr std::int64_t batch = 100;

/// Everything a producer needs is made before the clock runs.
struct prepared_event {
  std::string order;
  std::string type;
  std::string text;
};
using prepared_list = std::vector<prepared_event>;

[[nodiscard]] prepared_list prepared_events(std::int64_t events, std::int64_t streams);
[[nodiscard]] waymark::append_command command_of(const prepared_event& e);

/// Each of so many threads appends its share, one event after the other.
sample run_producers(const prepared_list& events, std::int64_t threads,
                     const std::function<void(std::int64_t thread, const prepared_event&)>& append);

/// Calls `append(first, end)` for one stream and batch after the other.
sample run_batches(std::int64_t events,
                   const std::function<void(std::int64_t, std::int64_t)>& append);

} // namespace bench
