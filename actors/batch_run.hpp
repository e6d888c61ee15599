#pragma once

#include "actors/apply.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace waymark {

/// Why a run ended before its last item.
struct batch_fault {
  fault who = fault::event;
  std::string error;
  const event* culprit = nullptr; ///< Null while a failing batch is still being halved.
  std::size_t good_prefix = 0;    ///< So many items are worth applying again without the rest.
  bool retry_is_useless = false;
  bool has_key = true;
};

/// What running the first items came to.
struct run_result {
  std::size_t count = 0; ///< Items done with: handled or parked.
  std::int64_t handled = 0;
  std::vector<std::string> parked; ///< The key of each event that was parked.
  const event* last_handled = nullptr;
  std::optional<batch_fault> fault;
};

/// Room for one more parked event in the request's lot; false if there is none.
[[nodiscard]] bool take_room(const apply_request& request,
                             std::shared_ptr<parking_lot::room>& room);

/// Why there is none, in words.
[[nodiscard]] std::string no_room(const parking_lot& lot);

/// The events of a page that one shard of a projection has to deal with next, and the way to hand
/// them to its handlers. Knows nothing of transactions: `apply` puts one around it.
class batch_run {
 public:
  batch_run(const apply_request& request, const page& events);

  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] bool has_parked() const noexcept { return has_parked_; }
  [[nodiscard]] const event& event_at(std::size_t i) const { return *items_[i].subject; }

  /// The sequence key of an item; empty if it was not needed, or if there is none.
  [[nodiscard]] const std::string& key_at(std::size_t i) const { return items_[i].key; }
  [[nodiscard]] bool has_key(std::size_t i) const {
    return key_problem_.empty() || i + 1 < items_.size();
  }

  /// Everything up to here is done with once all items are.
  [[nodiscard]] position_t end() const noexcept { return end_; }

  /// Why there are no items beyond `end`, if the next event can't be parked.
  [[nodiscard]] const std::string& overflow() const noexcept { return overflow_; }
  /// It is the limit of the projection then, not the one of a key.
  [[nodiscard]] bool lot_is_full() const noexcept { return lot_is_full_; }

  /// What was taken in the lot for the items to be parked; null if there are none.
  [[nodiscard]] const std::shared_ptr<parking_lot::room>& room() const noexcept { return room_; }

  /// What is wrong with an event as far as can be told without its handler.
  [[nodiscard]] std::optional<batch_fault> look_at(std::size_t i) const;

  /// Everything up to here is done with once the first `count` items are.
  [[nodiscard]] position_t position_after(std::size_t count) const;

  /// Hands the first `limit` items to the handlers until one fails or `max_transaction` is over
  /// (but always one). Positions of parked keys go to `unit`; without one, `park` them after it.
  [[nodiscard]] run_result execute(std::size_t limit, unit_of_work* unit,
                                   const handler_target& target);

  /// Asks the author's rule whether an event that failed so is worth a retry. @throws what it does.
  [[nodiscard]] bool is_worth_retry(const event& culprit, const std::string& error) const;

  /// Parks what is to be parked of the first `count` items.
  void park(unit_of_work& unit, std::size_t count) const;

  [[nodiscard]] std::vector<std::string> take_unhandled_types() {
    return std::move(unhandled_types_);
  }

 private:
  struct item {
    const event* subject = nullptr;
    const event_handler* handler = nullptr; ///< Null with `on_batch`, or if there is none.
    const event_codec* codec = nullptr;     ///< Null if the type has no handler.
    const std::string* type = nullptr;      ///< As the spec has it; null if it has none.
    std::string key;                        ///< Only if it is parked, or event by event.
    bool parked = false;
  };

  void select(const page& events);
  bool add(const event& e);
  /// Learns the key, as far as it is needed; false if the event belongs to another shard.
  [[nodiscard]] bool look_up_key(item& it);
  [[nodiscard]] bool can_park(const item& it);
  [[nodiscard]] std::optional<batch_fault> find_problem(const item& it, const void*& object) const;
  [[nodiscard]] std::optional<batch_fault> run_one(const item& it, unit_of_work* unit,
                                                   const handler_target& target) const;
  [[nodiscard]] run_result execute_each(std::size_t limit, unit_of_work* unit,
                                        const handler_target& target);
  [[nodiscard]] run_result execute_batch(std::size_t limit, unit_of_work* unit,
                                         const handler_target& target);
  /// Tells the meter that what happens now is the author's code for an event of that type.
  void meter_author(const event& e, const std::string* type) const;
  /// Tells the meter where the time went; gives the time of now.
  std::chrono::steady_clock::time_point meter_item(const item& it,
                                                   std::chrono::steady_clock::time_point began);
  void meter_end();
  template <class Call>
  [[nodiscard]] std::optional<batch_fault> guarded(unit_of_work* unit,
                                                   const handler_target& target, Call call) const;

  const apply_request& request_;
  const projection_spec& spec_;
  std::vector<item> items_;
  std::vector<std::string> unhandled_types_;
  std::string overflow_;
  bool lot_is_full_ = false;
  std::unordered_map<std::string, std::int64_t> parking_; ///< Events of this run, by key.
  std::shared_ptr<parking_lot::room> room_;
  std::vector<std::pair<const std::string*, std::chrono::nanoseconds>> spent_; ///< By type.
  position_t end_ = 0; ///< What is done with when all items are.
  bool has_parked_ = false;
  bool needs_keys_ = false;
  std::string key_;         ///< Of the event that is looked at.
  std::string key_problem_; ///< Why the last item has no key.
};

} // namespace waymark
