#pragma once

#include "persistence/crash_record.hpp"
#include "tests/catch.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace waymark::test {

/// A log with one poisonous order among many, and the processes that try to project it, one after
/// the other (poison_child.cpp).
class poison_lives {
 public:
  poison_lives(std::string address, std::string kind, int projections = 1, int guilty = 0)
      : address_{std::move(address)}, kind_{std::move(kind)}, projections_{projections},
        guilty_{guilty} {
    ::setenv("WAYMARK_STATE_DIR", folder_.file("state").c_str(), 1);
    place(0, 40);
    poison_at_ = append({order("guilty", "poison", 1)});
    place(40, 40);
  }

  /// Starts one process after the other until one has passed the whole log. `end` is called with
  /// each of them when it comes to the poison. @returns how many processes that took.
  /// `stopped` is called when one stands before the poison.
  template <class End, class Stopped = void (*)()>
  int live(End end, Stopped stopped = [] {}) {
    for (int life = 1;; ++life) {
      REQUIRE(life < 20);
      child_process child{"poison_child", arguments()};
      bool done = false;
      bool killed = false;
      for (auto line = child.next_line(); !line.empty() && !done; line = child.next_line()) {
        if (line == "poison") {
          end(child, life);
          killed = child.pid() < 0;
        }
        if (line == "stopped")
          stopped();
        done = line == "done";
      }
      const int signal = killed ? SIGKILL : child.wait_for_end();
      if (done)
        return life;
      if (!killed)
        REQUIRE(signal == expected_signal());
    }
  }
  int live() {
    return live([](child_process&, int) {});
  }

  [[nodiscard]] std::vector<std::string> arguments() const { return arguments(kind_); }
  [[nodiscard]] std::vector<std::string> arguments(const std::string& kind) const {
    return {address_, kind, std::to_string(projections_), std::to_string(guilty_)};
  }

  void place(int first, int count, const char* day = "monday") {
    std::vector<append_command> commands;
    for (int i = first; i < first + count; ++i)
      commands.push_back(order("o-" + std::to_string(i), day, 1));
    append(std::move(commands));
    placed_ += count;
  }

  /// Every order has one effect in every projection, except the poison in the guilty one, which has
  /// a letter; its error.
  std::string check_effects(bool blamed = true) {
    auto& records = *stored().projections;
    const auto all = std::int64_t{placed_} + 1;
    for (int i = 0; i < projections_; ++i) {
      const auto name = "p" + std::to_string(i);
      CAPTURE(name);
      records.read([&](read_model& db) {
        const auto rows = db.query_value<std::int64_t>("SELECT count(*) FROM seen_" + name);
        CHECK(rows == all - (blamed && i == guilty_ ? 1 : 0));
        CHECK(rows ==
              db.query_value<std::int64_t>("SELECT count(DISTINCT id) FROM seen_" + name));
      });
      CHECK_FALSE(records.find_attempt({name, 0}));
    }
    const auto letters = records.letters({});
    REQUIRE(letters.size() == (blamed ? 1u : 0u));
    if (!blamed)
      return {};
    CHECK(letters[0].key.projection == "p" + std::to_string(guilty_));
    CHECK(letters[0].position == poison_at_);
    CHECK(letters[0].subject.aggregate_id == "guilty");
    CHECK(letters[0].sequence_key == expected_key());
    return letters[0].error;
  }

  [[nodiscard]] std::optional<attempt_marker> marker() {
    return stored().projections->find_attempt({"p" + std::to_string(guilty_), 0});
  }

  /// Where the processes leave their crash records.
  [[nodiscard]] std::string records() const { return folder_.file("state"); }

 private:
  /// What the system says of a process that the poison has ended, as if nobody had listened.
  [[nodiscard]] int expected_signal() const {
    if (kind_ == "exit")
      return 0;
    return kind_ == "abort" || kind_ == "terminate" ? SIGABRT : SIGSEGV;
  }

  [[nodiscard]] std::string expected_key() const {
    if (kind_ == "rule")
      return {}; // it can't be computed
    return kind_ == "ruled" ? "key of guilty" : std::string{"Order\0guilty", 12};
  }

  store& stored() {
    if (!store_)
      store_ = open(address_);
    return *store_;
  }

  position_t append(std::vector<append_command> commands) {
    position_t last = 0;
    for (const auto& each : stored().events->append(commands))
      last = each.value_or_throw().last_position;
    return last;
  }

  temporary_folder folder_;
  std::string address_;
  std::string kind_;
  int projections_;
  int guilty_;
  int placed_ = 0;
  position_t poison_at_ = 0;
  std::optional<store> store_;
};

/// Kills each process that is in the loop, with a marker for more than a second. @returns how many.
inline int live_in_a_loop(poison_lives& lives) {
  return lives.live([&](child_process& child, int life) {
    if (life > 1)
      REQUIRE(eventually([&] {
        const auto marker = lives.marker();
        const auto end = marker && marker->owner
                             ? find_process_end(*marker->owner, {"p0", 0}, marker->position)
                             : std::nullopt;
        return end && end->age > 1s;
      }));
    child.kill();
  });
}

[[nodiscard]] inline std::size_t resident_mib(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/statm"};
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

/// Kills each process whose handler has taken much memory, as the system does.
inline void live_out_of_memory(poison_lives& lives) {
  const auto taken = lives.live([](child_process& child, int) {
    REQUIRE(eventually([&] { return resident_mib(child.pid()) > 200; }));
    child.kill();
  });
  CHECK(taken >= 3); // on a slow machine the handler runs for over a second
  CHECK(taken <= 7);
}

/// Kills a process again and again at moments that have nothing to do with its events.
inline void kill_innocents(poison_lives& lives, int kills, unsigned seed) {
  INFO("seed " << seed);
  std::mt19937 random{seed};
  int placed = 80;
  for (int i = 0; i < kills; ++i) {
    lives.place(placed, 20);
    placed += 20;
    child_process child{"poison_child", lives.arguments()};
    if (i % 10 == 9)
      std::this_thread::sleep_for(std::chrono::milliseconds{random() % 20});
    else
      for (auto lines = 2 + random() % 20; lines > 0 && !child.next_line().empty(); --lines) {
      }
    child.kill();
  }
  lives.live();
}

/// Kills processes in handlers of 150 ms, long after their start, and looks whose the end was:
/// never that of an event before. @returns how many kills have met an open marker.
inline int kill_slow_innocents(poison_lives& lives, int kills, unsigned seed) {
  INFO("seed " << seed);
  std::mt19937 random{seed};
  int met = 0;
  lives.place(80, kills * 10, "slow");
  for (int i = 0; i < kills; ++i) {
    child_process child{"poison_child", lives.arguments()};
    for (int events = 0; events < 9;)
      events += child.next_line() == "begun" ? 1 : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 100});
    child.kill();
    const auto marker = lives.marker();
    if (!marker || !marker->owner)
      continue;
    const auto end = find_process_end(*marker->owner, {"p0", 0}, marker->position);
    REQUIRE(end);
    CHECK(end->age < 1s);
    CHECK(end->signal.empty());
    ++met;
  }
  lives.live();
  return met;
}

} // namespace waymark::test
