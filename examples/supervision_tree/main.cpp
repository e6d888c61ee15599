// What each restart strategy does when a projection fails, and what escalation is, step by step.
//
// A handler that throws is no failure in this sense: the event is tried again and given up. A
// supervisor acts when the projection itself breaks, here by a bug in its own retry_if. What the
// engine logs of it is printed without times.
#include <waymark/waymark.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Counts events, after it has broken as often as it is told to.
waymark::memory_projection<int> counter(const std::string& name,
                                        std::shared_ptr<std::atomic<int>> breaks) {
  waymark::retry_policy retry;
  retry.attempts = 100;
  retry.backoff = {1ms, 1ms};
  retry.retry_if = [breaks](const std::string&) -> bool {
    --*breaks;
    throw std::logic_error{"a bug"};
  };
  return waymark::projection::in_memory<int>(name)
      .on("Happened",
          [breaks](int& count, const nlohmann::json&) {
            if (*breaks > 0)
              throw std::runtime_error{"not now"};
            ++count;
          })
      .retry(std::move(retry));
}

/// Remembers what supervisors do from `begin` on.
class narrator {
 public:
  void begin() {
    const std::lock_guard lock{mutex_};
    begun_ = true;
  }

  void hear(std::string_view line) {
    const auto entry = nlohmann::json::parse(line);
    const auto what = entry.at("event").get<std::string>();
    auto text = entry.at("text").get<std::string>();
    text.erase(std::min(text.find("; starts again in"), text.size()));
    const std::lock_guard lock{mutex_};
    for (const auto* told : {"restart", "stop", "up", "escalated"})
      if (begun_ && what == told)
        lines_.push_back(what + " " + entry.at("who").get<std::string>() + ": " + text);
    ups_ += begun_ && what == "up" ? 1 : 0;
    came_.notify_one();
  }

  /// Prints everything once so many children have come up. Those that come up last, at the same
  /// time, stand in the order of their names.
  void print(int ups) {
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, 30s, [&] { return ups_ >= ups; });
    auto last = lines_.end();
    while (last != lines_.begin() && std::prev(last)->substr(0, 3) == "up ")
      --last;
    std::sort(last, lines_.end());
    for (const auto& line : lines_)
      std::cout << "  " << line << '\n';
    begun_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> lines_;
  int ups_ = 0;
  bool begun_ = false;
};

/// Runs the projections a, b and c under `groups`, lets b break so many times, and tells what
/// happens until children have come up again so often.
void show(const std::string& title, std::vector<waymark::supervision> groups, int times, int ups) {
  std::cout << title << '\n';
  const auto breaks = std::make_shared<std::atomic<int>>(0);
  const auto never = std::make_shared<std::atomic<int>>(0);
  narrator tells;
  waymark::engine_options options;
  options.supervisors = std::move(groups);
  options.log = {.level = waymark::log_level::debug,
                 .format = waymark::log_format::json,
                 .sink = [&](waymark::log_level, std::string_view line) { tells.hear(line); }};
  waymark::engine engine{waymark::open("memory:"), options};
  for (const auto* name : {"a", "b", "c"})
    engine.start(counter(name, name == std::string_view{"b"} ? breaks : never));
  const auto append = [&] {
    waymark::append_command command;
    command.stream = {"Thing", "1"};
    command.events.push_back(waymark::json_event("Happened", "{}"));
    const auto token = engine.append(std::move(command));
    for (const auto& name : engine.names())
      if (engine.wait_until(name, token, 30s) != waymark::wait_result::reached)
        std::cout << "  " << name << " does not go on\n";
  };
  append();
  tells.begin();
  *breaks = times;
  append();
  tells.print(ups);
}

waymark::supervision group(std::string name, waymark::restart_strategy strategy,
                           std::vector<waymark::supervised> children) {
  return {.name = std::move(name),
          .strategy = strategy,
          .intensity = 1,
          .backoff = {1ms, 1ms},
          .children = std::move(children)};
}

} // namespace

int main() {
  using waymark::restart_strategy;
  show("one_for_one: b breaks", {group("group", restart_strategy::one_for_one, {"a", "b", "c"})}, 1,
       1);
  show("one_for_all: b breaks", {group("group", restart_strategy::one_for_all, {"a", "b", "c"})}, 1,
       3);
  show("rest_for_one: b breaks", {group("group", restart_strategy::rest_for_one, {"a", "b", "c"})},
       1, 2);
  show("escalation: b breaks twice, where one restart is allowed",
       {group("outer", restart_strategy::rest_for_one,
              {group("inner", restart_strategy::one_for_one, {"a", "b"}), "c"})},
       2, 5);
}
