#pragma once

#include "actors/degraded_words.hpp"

#include <waymark/messages/event.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace waymark {

/// Tells a store that is away from one that serves everything but one event, such as one whose row
/// somebody keeps locked. Lives as long as the shard, over the incarnations of its actor: each of
/// them claims first, so a store that is away is noticed there and not at the event.
///
/// Where the store fails at several events as one, as in a batch handler or at the commit, fewer
/// and fewer are tried together until it is known which; those before it get done meanwhile.
class store_stall {
 public:
  /// So many faults in a row at the same place make a stall.
  static constexpr int least = 3;

  /// The store failed at an event, for the `times`-th time running. What to say, if it is a stall.
  [[nodiscard]] std::optional<std::string> failed_at(const event& e, const std::string& error) {
    count(e.position, e.position);
    if (times_ > 1)
      at_once_ = 1;
    return words(describe(e), error);
  }

  /// The same at one of `tried` events behind `after` up to `last`, as one.
  [[nodiscard]] std::optional<std::string>
  failed_in(position_t after, position_t last, std::size_t tried, const std::string& error) {
    count(after + 1, last);
    if (times_ > 1 || at_once_ > 0)
      at_once_ = std::max<std::size_t>(tried / 2, 1);
    return words("one of the events from position " + std::to_string(after + 1) +
                     " to " + std::to_string(last),
                 error);
  }

  /// At most so many events are to be tried together; 0: as many as one likes.
  [[nodiscard]] std::size_t at_once() const noexcept { return at_once_; }

  /// Everything up to here is done with.
  void passed(position_t position) noexcept {
    if (position >= last_)
      forget();
  }

  /// The store failed elsewhere too.
  void forget() noexcept {
    times_ = 0;
    last_ = 0;
    at_once_ = 0;
  }

 private:
  void count(position_t first, position_t last) noexcept {
    times_ = first == first_ ? times_ + 1 : 1;
    first_ = first;
    last_ = last;
  }

  [[nodiscard]] std::optional<std::string> words(const std::string& where,
                                                 const std::string& error) const {
    if (times_ < least)
      return std::nullopt;
    return degraded_words::stalled_in + where + ": the store serves others and failed here " +
           std::to_string(times_) + " times running, at last with: " + error;
  }

  position_t first_ = 0; ///< Of what is suspected.
  position_t last_ = 0;
  int times_ = 0;
  std::size_t at_once_ = 0;
};

} // namespace waymark
