#pragma once

#include "tests/catch.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace waymark::test {

/// One letter with three events parked behind it, and the processes that handle them again, one
/// after the other (replay_child.cpp).
class replay_lives {
 public:
  static constexpr int in_all = 4;

  /// @param deadly which of the four, from 0, is of the day "deadly".
  explicit replay_lives(std::string address, int deadly = -1) : address_{std::move(address)} {
    ::setenv("WAYMARK_STATE_DIR", test_.folder.file("state").c_str(), 1);
    engine it{open(address_), test_.options()};
    it.start(shop::revenue_tables()
                 .on<shop::order_placed>([](read_model&, const shop::order_placed&) {
                   throw std::runtime_error{"not today"};
                 })
                 .retry(tries(1)));
    appended last{};
    for (int i = 0; i < in_all; ++i)
      last = it.append(order("a", i == deadly ? "deadly" : "monday", 1));
    REQUIRE(it.wait_until("revenue", last, patience) == wait_result::parked);
    REQUIRE(it.status("revenue").set_aside == letter_counts{1, 1, in_all});
  }

  /// Lets a process die. @returns the signal that ended it; 0 if none did.
  int die(const std::string& how, int visit = 1, const std::string& what = "retry",
          int version = 1) const {
    child_process child{"replay_child",
                        {address_, how, std::to_string(visit), what, std::to_string(version)}};
    return child.wait_for_end();
  }

  /// An engine that handles every order, and has claimed.
  [[nodiscard]] std::unique_ptr<engine> survive(projection with = shop::revenue()) {
    auto it = std::make_unique<engine>(open(address_), test_.options());
    it->start(std::move(with));
    REQUIRE(it->wait_until_caught_up("revenue", patience) != wait_result::stopped);
    return it;
  }

  [[nodiscard]] const log_lines& lines() const { return test_.lines; }

 private:
  engine_fixture test_;
  std::string address_;
};

/// Everything is replayed, once.
inline void check_all_is_done(const engine& it) {
  REQUIRE(eventually([&] { return it.status("revenue").set_aside == letter_counts{}; }));
  CHECK(cents_of(it) == replay_lives::in_all);
}

/// The event in which the process died is left to a person, and nothing else is.
inline void check_left_to_a_person(replay_lives& lives, int deadly, const std::string& why) {
  const auto it = lives.survive(shop::revenue().retry_letters({.backoff = at_once(), .rounds = 1}));
  CHECK(cents_of(*it) == deadly);
  const auto letters = it->dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].error == why);
  REQUIRE(letters[0].attempts.size() == (deadly == 0 ? 2u : 1u));
  CHECK(letters[0].attempts.back().error == why);
  CHECK(letters[0].subject.data.text().find("deadly") != std::string::npos);
  CHECK(it->retry({.all = true}).complete()); // a person may
  check_all_is_done(*it);
  CHECK(lives.lines().count("asked for by waymark") == 0);
}

} // namespace waymark::test
