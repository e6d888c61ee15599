#include "benchmarks/sample.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>

#include <malloc.h>
#include <sys/resource.h>

namespace bench {

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double peak_mib() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib)
      return kib / 1024;
  }
  return 0;
}

void forget_peak() {
  std::ofstream{"/proc/self/clear_refs"} << "5";
}

void trim_memory() {
  malloc_trim(0);
}

stopwatch::stopwatch() {
  forget_peak();
  cpu_ = cpu_seconds();
  begin_ = std::chrono::steady_clock::now();
}

sample stopwatch::per_second(std::int64_t events) const {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin_;
  const auto count = static_cast<double>(events);
  sample result;
  result.value = count / taken.count();
  result.cpu_us_per_event = (cpu_seconds() - cpu_) * 1e6 / count;
  result.peak_mib = peak_mib();
  return result;
}

double percentile_ms(latencies& of, double part) {
  if (of.empty())
    return 0;
  const auto index = static_cast<std::ptrdiff_t>(part * static_cast<double>(of.size() - 1));
  std::nth_element(of.begin(), of.begin() + index, of.end());
  return std::chrono::duration<double, std::milli>{of[static_cast<std::size_t>(index)]}.count();
}

} // namespace bench
