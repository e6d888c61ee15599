#pragma once

#include "actors/replay.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace waymark {

/// An order that is done with, and what came of it.
struct settled_order {
  settle_order_ptr order;
  settle_report report;
};

/// The orders to retry or discard letters of one shard, in the order in which they came, and how
/// far each has got. The first one is carried out, in steps: `next_step` says what to do, `take`
/// what it came to, and once `first_done`, `end_first` hands out its report.
class letter_orders {
 public:
  static constexpr std::size_t most = 100;

  /// `can_take_back`: of the projection, as replay.hpp has it.
  letter_orders(shard_key shard, bool can_take_back)
      : shard_{std::move(shard)}, can_take_back_{can_take_back} {}

  [[nodiscard]] bool empty() const noexcept { return orders_.empty(); }
  /// No more can be taken.
  [[nodiscard]] bool full() const noexcept { return orders_.size() >= most; }

  /// Puts one behind the others.
  void add(settle_order_ptr order);
  /// What an order comes to that can't be taken.
  [[nodiscard]] settled_order refuse(settle_order_ptr order, const std::string& why) const;

  /// Those that waymark itself wants wait for all that a person does. False if there is none of a
  /// person. Not while a step is under way.
  bool put_persons_first();

  /// Whether there is a first one, and all of its tasks are done.
  [[nodiscard]] bool first_done() const noexcept;
  /// What is to be done now: a task of the first order, or what is left of it. There has to be one.
  [[nodiscard]] std::pair<settle_order_ptr, replay_task> next_step();
  /// Hands out the first one, which has to be there.
  [[nodiscard]] settled_order end_first();

  /// What the step came to. Answers whose it was; null if there is no order any more.
  settle_order_ptr take(const replay_outcome& outcome);

  /// All end here, with `why` for what was not done.
  [[nodiscard]] std::vector<settled_order> end_all(const std::string& why);
  /// Those that somebody waits for end here, with `why` for what was not done. What is left of a
  /// key that one of them has begun with stays, as an order that nobody waits for: no letter may
  /// stand before it any more, so nobody would find it. `of_rest` is added to the `why` of such a
  /// key.
  [[nodiscard]] std::vector<settled_order> interrupt(const std::string& why,
                                                     const std::string& of_rest = {});

 private:
  struct pending {
    settle_order_ptr order;
    settle_report report;
    std::size_t task = 0; ///< The next one.
    replay_task rest{};   ///< Of it, if it has begun.
    bool begun = false;
  };

  [[nodiscard]] pending begin(settle_order_ptr order) const;
  [[nodiscard]] static settle_order_ptr rest_of(const pending& begun);
  [[nodiscard]] static settled_order end(pending&& one, const std::string& why);

  shard_key shard_;
  bool can_take_back_;
  std::deque<pending> orders_;
};

/// What a status says while an order is carried out.
[[nodiscard]] std::string describe(const settle_order& order);

/// What the log says of a key whose event has failed again, which `key.failed` has to tell of.
[[nodiscard]] std::string describe_failure(const settled_key& key);

/// What the log says of an order that is done with.
[[nodiscard]] std::string summary(const settled_order& settled);

} // namespace waymark
