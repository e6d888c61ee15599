// memory_child FILE MIB
//
// Catches up on the log in sqlite:FILE with MIB MiB of memory beyond what the idle engine has, and
// says "caught up"; then "limited" if the limit was there at all.
#include "tests/testing/orders.hpp"

#include <waymark/supervisors/engine.hpp>

#include <fstream>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace {

constexpr std::size_t mib = 1024u * 1024;

/// Private writable memory of this process, which RLIMIT_DATA limits.
std::size_t data_bytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmData:"))
      return std::stoul(line.substr(7)) * 1024;
  return 0;
}

bool limit_memory(std::size_t further_bytes) {
  const auto now = data_bytes();
  const rlimit limit{now + further_bytes, now + further_bytes};
  return now > 0 && ::setrlimit(RLIMIT_DATA, &limit) == 0;
}

bool is_limited(std::size_t further_bytes) {
  try {
    return std::vector<char>(2 * further_bytes, 'x').back() != 'x';
  } catch (const std::bad_alloc&) {
    return true;
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  const auto further_bytes = std::stoul(argv[2]) * mib;
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  waymark::engine it{waymark::open(std::string{"sqlite:"} + argv[1]), options};
  if (!limit_memory(further_bytes))
    return 2;
  auto handle = it.start(shop::revenue());
  if (handle.wait_until_caught_up(std::chrono::minutes{2}) != waymark::wait_result::reached)
    return 1;
  std::cout << "caught up" << std::endl;
  if (is_limited(further_bytes))
    std::cout << "limited" << std::endl;
}
