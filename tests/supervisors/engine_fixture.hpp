#pragma once

#include "tests/eventually.hpp"
#include "tests/persistence/temporary_folder.hpp"
#include "tests/testing/orders.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/supervisors/engine.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace waymark::test {

using namespace std::chrono_literals;

/// The lines that an engine logs.
class log_lines {
 public:
  [[nodiscard]] decltype(log_options::sink) sink() {
    return [in = in_](log_level, std::string_view line) {
      const std::lock_guard lock{in->mutex};
      in->lines.emplace_back(line);
    };
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard lock{in_->mutex};
    return in_->lines;
  }
  [[nodiscard]] std::size_t count(const std::string& part) const {
    const auto lines = all();
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const auto& l) {
      return l.find(part) != std::string::npos;
    }));
  }

 private:
  struct shared {
    std::mutex mutex;
    std::vector<std::string> lines;
  };
  std::shared_ptr<shared> in_ = std::make_shared<shared>();
};

/// A gate that a handler waits at until a test opens it.
class turnstile {
 public:
  void pass() {
    ++arrived_;
    while (!open_.load())
      std::this_thread::sleep_for(1ms);
  }
  void open() { open_.store(true); }
  [[nodiscard]] bool wait_for_somebody() const {
    return eventually([this] { return arrived_.load() > 0; });
  }
  [[nodiscard]] int arrived() const { return arrived_.load(); }

 private:
  std::atomic<int> arrived_{0};
  std::atomic<bool> open_{false};
};

inline backoff_policy at_once() {
  return {1ms, 5ms, 2.0, 0.0};
}

/// An engine with short pauses, on memory or on a file of its own.
class engine_fixture {
 public:
  engine_options options() {
    engine_options made;
    made.log.level = log_level::debug;
    made.log.sink = lines.sink();
    made.poll_interval = 5ms;
    made.store_backoff = {5ms, 50ms, 2.0, 0.0};
    made.drain_deadline = 20s;
    made.passed_save_interval = 50ms;
    return made;
  }

  [[nodiscard]] store open_file(const std::string& name = "test.db") const {
    return open(folder.address(name));
  }

  temporary_folder folder;
  log_lines lines;
};

inline retry_policy tries(int attempts) {
  retry_policy policy;
  policy.attempts = attempts;
  policy.backoff = at_once();
  return policy;
}

inline append_command order(const std::string& id, const std::string& day, std::int64_t cents) {
  append_command command;
  command.stream = {"Order", id};
  command.events.push_back(typed_event(shop::order_placed{day, cents}));
  return command;
}

/// Appends an order of one cent for each of `count` ids "PREFIX0", "PREFIX1" …
inline appended place_orders(engine& in, int count, const std::string& prefix = "o-") {
  std::vector<append_command> commands;
  for (int i = 0; i < count; ++i)
    commands.push_back(order(prefix + std::to_string(i), "monday", 1));
  return in.append_all(std::move(commands)).back().value_or_throw();
}

inline std::int64_t cents_of(const engine& in, const std::string& name = "revenue") {
  return in.read(name).query_value<std::int64_t>("SELECT coalesce(sum(cents), 0) FROM revenue");
}

/// Revenue whose handler fails for orders of a day called "poison", as long as `poisonous` is set.
inline projection delicate_revenue(std::shared_ptr<std::atomic<bool>> poisonous) {
  return shop::revenue_tables()
      .on<shop::order_placed>([poisonous](read_model& db, const shop::order_placed& e) {
        if (e.day == "poison" && poisonous->load())
          throw std::runtime_error{"can't stand poison"};
        db.execute(shop::add_to_day, e.day, e.cents);
      })
      .retry(tries(2));
}

inline std::shared_ptr<std::atomic<bool>> poison() {
  return std::make_shared<std::atomic<bool>>(true);
}

} // namespace waymark::test
