// letters_child FILE POLICY WHAT PLACE
//
// Projects the log in sqlite:FILE. Its handler can't stand orders of the day "poison", which POLICY
// ("park" or "stop") deals with; once nothing more is done by itself, it discards what it stands
// before, or all letters, if WHAT is "discard". It kills itself when it comes to the fault point
// PLACE; with "discard" not before that. Says "done" if it does not.
#include "tests/faults/delicate_shop.hpp"

#include "persistence/fault_point.hpp"

#include <csignal>
#include <iostream>
#include <string>

#include <unistd.h>

namespace {

std::string fatal_place;

void die_there(const char* place) {
  if (fatal_place == place)
    ::kill(::getpid(), SIGKILL);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 5)
    return 2;
  fatal_place = argv[4];
  const bool discards = std::string{argv[3]} == "discard";
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  waymark::engine it{waymark::open(std::string{"sqlite:"} + argv[1]), options};
  if (!discards)
    waymark::fault_hook = die_there;
  it.start(shop::delicate(argv[2]));
  const auto patience = std::chrono::minutes{1};
  const auto end = it.wait_until("revenue", it.head(), patience);
  const bool stands = end == waymark::wait_result::stopped;
  waymark::fault_hook = die_there;
  if (discards && stands)
    it.discard_event("revenue");
  else if (discards)
    static_cast<void>(it.discard({.all = true}));
  static_cast<void>(it.wait_until("revenue", it.head(), patience));
  std::cout << "done" << std::endl;
}
