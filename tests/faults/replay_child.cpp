// replay_child ADDRESS HOW N WHAT VERSION
//
// Starts version VERSION of a projection that fails at no order any more, and retries every letter
// at ADDRESS if WHAT is "retry"; else it waits until waymark has retried them by itself, if WHAT is
// "schedule" because the projection asks for that. It kills itself when it comes to the fault point
// HOW for the N-th time; or, if HOW is "segv" or "kill", dies of that in the handler of an order of
// the day "deadly". Says "done" if it does not.
#include "persistence/fault_point.hpp"
#include "tests/testing/orders.hpp"

#include <waymark/supervisors/engine.hpp>

#include <atomic>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

namespace {

std::string how;
std::atomic<int> visits_left{0};

void die_there(const char* place) {
  if (how == place && --visits_left == 0)
    ::kill(::getpid(), SIGKILL);
}

waymark::projection dangerous_revenue(int version, int rounds) {
  auto made = shop::revenue_tables()
                  .on<shop::order_placed>([](waymark::read_model& db, const shop::order_placed& e) {
                    db.execute(shop::add_to_day, e.day, e.cents);
                    if (e.day != "deadly")
                      return;
                    if (how == "segv")
                      *reinterpret_cast<volatile int*>(16) = 1; // NOLINT: that is the point
                    if (how == "kill")
                      ::kill(::getpid(), SIGKILL);
                  })
                  .version(version);
  if (rounds > 0)
    made.retry_letters({.backoff = {std::chrono::milliseconds{1}}, .rounds = rounds});
  return made;
}

bool is_done(const waymark::engine& it) {
  const auto status = it.status("revenue");
  return status.position && status.set_aside.parked_events == 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 6)
    return 2;
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  how = argv[2];
  visits_left = std::stoi(argv[3]);
  const std::string what = argv[4];
  const bool retry = what == "retry";
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  waymark::engine it{waymark::open(argv[1]), options};
  if (!retry)
    waymark::fault_hook = die_there;
  it.start(dangerous_revenue(std::stoi(argv[5]), what == "schedule" ? 1 : 0));
  if (retry) {
    static_cast<void>(it.wait_until_caught_up("revenue", std::chrono::minutes{1}));
    waymark::fault_hook = die_there;
    static_cast<void>(it.retry({.all = true}));
  }
  for (int i = 0; i < 6'000 && !is_done(it); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  std::cout << "done" << std::endl;
}
