#include "examples/tutorial_checkpoints/desk.hpp"
#include "examples/tutorial_checkpoints/lessons.hpp"
#include "examples/tutorial_checkpoints/tasks.hpp"

#include <iostream>

using namespace std::chrono_literals;

namespace tutorial {

namespace {

void append_tasks(desk& d, int from, int to) {
  for (int i = from; i <= to; ++i)
    d.append(std::to_string(i), task_created{"Task " + std::to_string(i)});
}

std::string text(const std::optional<waymark::uuid>& id) {
  return id ? id->to_string() : "none";
}

void print(const std::optional<waymark::lag>& lag) {
  if (!lag) {
    std::cout << "No checkpoint yet\n";
    return;
  }
  std::cout << "Projection:        " << lag->projection << '\n'
            << "Last event:        " << text(lag->last_event_id) << '\n'
            << "Latest in the log: " << text(lag->latest_event_id) << '\n'
            << "Events processed:  " << lag->events_processed << '\n'
            << "Last processed at: " << waymark::to_string(lag->last_processed_at.value()) << '\n'
            << "Lag:               " << lag->events.value() << " events, "
            << lag->lag_seconds.value() << " seconds\n";
}

/// What a monitoring system asks a projection that is driven by hand; an engine answers by
/// `engine.health(name)`.
waymark::health check(const waymark::projector& projection, waymark::event_store& log) {
  const auto lag = projection.lag(log);
  if (!lag)
    return {waymark::health::level::unknown, 503, "no checkpoint yet"};
  waymark::projection_status status;
  status.state = waymark::projection_state::running;
  status.position = projection.checkpoint()->position;
  return health_of(status, *lag, {.warning = 30s, .critical = 300s});
}

void print_health(const char* when, const waymark::projector& projection, desk& d) {
  const auto health = check(projection, d.log());
  const auto lag = projection.lag(d.log());
  std::cout << when << to_string(health.state) << ", HTTP " << health.http_status;
  if (lag)
    std::cout << " (lag " << lag->lag_seconds.value() << " s, " << lag->events_processed
              << " events processed)";
  std::cout << '\n';
}

} // namespace

void lag() {
  heading("Lag");
  desk d{"memory:"};
  auto counter = d.project(task_counter());
  print(counter.lag(d.log()));

  append_tasks(d, 1, 5);
  counter.resume(d.log());
  std::cout << "\nFive events, all handled:\n";
  print(counter.lag(d.log()));

  append_tasks(d, 6, 7);
  d.time.advance(45s);
  std::cout << "\nTwo more, and nobody handles them for 45 seconds:\n";
  print(counter.lag(d.log()));
}

void health_check() {
  heading("A health check");
  desk d{"memory:"};
  auto counter = d.project(task_counter());
  print_health("before the first event: ", counter, d);
  append_tasks(d, 1, 3);
  counter.resume(d.log());
  print_health("caught up:              ", counter, d);
  append_tasks(d, 4, 4);
  d.time.advance(45s);
  print_health("45 seconds behind:      ", counter, d);
  d.time.advance(5min);
  print_health("5 minutes later:        ", counter, d);
  counter.resume(d.log());
  print_health("caught up again:        ", counter, d);
}

void reset_and_rebuild() {
  heading("Reset and rebuild");
  desk d{"memory:"};
  auto counter = d.project(task_counter());
  append_tasks(d, 1, 5);
  counter.resume(d.log());
  const auto print_now = [&](const char* when) {
    std::cout << when << "count " << counter.state<task_counts>().created << ", checkpoint "
              << last_event_id(counter) << '\n';
  };
  print_now("Before the reset:  ");
  counter.reset();
  print_now("After the reset:   ");
  counter.rebuild(d.log()); // a reset, and a replay of the whole log
  print_now("After the rebuild: ");
}

} // namespace tutorial
