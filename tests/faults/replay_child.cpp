// replay_child FILE PLACE N
//
// Retries every letter in sqlite:FILE with a projection that does not fail any more, and kills
// itself when it comes to the fault point PLACE for the N-th time. Says "done" if it never does.
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
  if (argc != 4)
    return 2;
  fatal_place = argv[2];
  visits_left = std::stoi(argv[3]);
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  waymark::engine it{waymark::open(std::string{"sqlite:"} + argv[1]), options};
  it.start(shop::revenue());
  it.wait_until_caught_up("revenue", std::chrono::minutes{1});
  waymark::fault_hook = die_there;
  static_cast<void>(it.retry({.all = true}));
  std::cout << "done" << std::endl;
}
