#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace bench {

/// What one run came to.
struct sample {
  double value = 0; ///< In the row's unit.
  std::optional<double> cpu_us_per_event{};
  std::optional<double> peak_mib{}; ///< Of the whole process.
  std::optional<double> p50_ms{};
  std::optional<double> p99_ms{};
};

/// CPU time of this process so far, in seconds.
[[nodiscard]] double cpu_seconds();

/// The most memory this process has held since it began, or since `forget_peak`.
[[nodiscard]] double peak_mib();
void forget_peak();

/// Gives memory that is free back to the system, so that one run does not live on another's.
void trim_memory();

/// Times a run from its construction on.
class stopwatch {
 public:
  stopwatch();

  /// Events per second, with CPU and memory.
  [[nodiscard]] sample per_second(std::int64_t events) const;

 private:
  double cpu_;
  std::chrono::steady_clock::time_point begin_;
};

using latencies = std::vector<std::chrono::nanoseconds>;

/// The value below which `part` (0 .. 1) of the latencies lie, in ms; 0 if there are none.
[[nodiscard]] double percentile_ms(latencies& of, double part);

} // namespace bench
