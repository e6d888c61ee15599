// faults_child FILE PREFIX COUNT [PLACE N]
//
// Appends COUNT orders to sqlite:FILE, projects them, says each acknowledged one and "done", and
// then stays until it is killed. With PLACE and N, it kills itself when it comes to that fault
// point for the N-th time.
#include "persistence/fault_point.hpp"
#include "tests/testing/orders.hpp"

#include <waymark/supervisors/engine.hpp>

#include <atomic>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string>

#include <unistd.h>

namespace {

const char* fatal_place = "";
std::atomic<int> visits_left{0};

void die_there(const char* place) {
  if (std::strcmp(place, fatal_place) == 0 && --visits_left == 0)
    ::kill(::getpid(), SIGKILL);
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 4)
    return 2;
  if (argc == 6) {
    fatal_place = argv[4];
    visits_left = std::stoi(argv[5]);
    waymark::fault_hook = die_there;
  }
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  waymark::engine it{waymark::open(std::string{"sqlite:"} + argv[1]), options};
  it.start(shop::revenue().batch({.max_events = 5}));
  waymark::appended last;
  for (int i = 0; i < std::stoi(argv[3]); ++i) {
    const auto id = argv[2] + std::to_string(i);
    last = it.append(id, waymark::no_stream, shop::order_placed{"monday", 1});
    std::cout << id << std::endl;
  }
  if (it.wait_until("revenue", last.last_position, std::chrono::minutes{1}) !=
      waymark::wait_result::reached)
    return 1;
  std::cout << "done" << std::endl;
  ::pause();
}
