// postgres_child ADDRESS write PREFIX
//   Says how its sessions are named in the server, then appends orders of one cent, each for a day
//   of its own, until it is killed; says each when it is acknowledged.
// postgres_child ADDRESS project OWNER_TIMEOUT PLACE
//   Projects them and says each state that the projection comes to. After SIGUSR1 it stops itself
//   (SIGSTOP) where it next comes to the fault point PLACE.
#include "persistence/fault_point.hpp"
#include "persistence/postgres/stale_owner.hpp"
#include "tests/testing/orders.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/process_instance.hpp>
#include <waymark/supervisors/engine.hpp>

#include <atomic>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

const char* place_to_stop = "";
volatile std::sig_atomic_t wanted = 0;

void stop_there(const char* place) {
  if (wanted != 0 && std::strcmp(place, place_to_stop) == 0) {
    wanted = 0;
    std::raise(SIGSTOP); // stops this thread here, unlike kill
  }
}

/// Repeats `action` while the server is away.
template <class Action>
auto patiently(Action action) {
  for (;;)
    try {
      return action();
    } catch (const waymark::store_error&) {
      std::this_thread::sleep_for(5ms);
    }
}

[[noreturn]] void write(const std::string& address, const std::string& prefix) {
  std::cout << waymark::postgres::session_name(waymark::this_process_instance()) << std::endl;
  const auto log = patiently([&] { return waymark::open(address).events; });
  for (int i = 0;; ++i) {
    const auto id = prefix + std::to_string(i);
    waymark::append_command command;
    command.stream = {"Order", id};
    command.expected = waymark::no_stream;
    command.events.push_back(waymark::typed_event(shop::order_placed{id, 1}));
    command.events.back().event_id = waymark::uuid::v7(); // so that it may be sent again
    patiently([&] { return log->append(command); });
    std::cout << id << std::endl;
  }
}

[[noreturn]] void project(const std::string& address, const std::string& owner_timeout) {
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  options.owner_timeout = std::chrono::milliseconds{std::stoi(owner_timeout)};
  options.store_backoff = {5ms, 100ms, 2.0, 0.0};
  options.poll_interval = 5ms;
  waymark::engine it{patiently([&] { return waymark::open(address); }), options};
  auto handle = patiently([&] { return it.start(shop::revenue().batch({.max_events = 5})); });
  std::string said;
  for (;; std::this_thread::sleep_for(2ms))
    if (const std::string now = to_string(handle.status().state); now != said)
      std::cout << (said = now) << std::endl;
}

} // namespace

int main(int argc, char** argv) {
  const std::string role = argc > 2 ? argv[2] : "";
  if (role == "write" && argc == 4)
    write(argv[1], argv[3]);
  if (role != "project" || argc != 5)
    return 2;
  place_to_stop = argv[4];
  std::signal(SIGUSR1, [](int) { wanted = 1; });
  waymark::fault_hook = stop_there;
  project(argv[1], argv[3]);
}
