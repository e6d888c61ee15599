#pragma once

#include <waymark/messages/event.hpp>

#include <optional>
#include <string>

namespace waymark {

/// Tells a store that is away from one that serves everything but one event, such as one whose row
/// somebody keeps locked. Lives as long as the shard, over the incarnations of its actor: each of
/// them claims first, so a store that is away is noticed there and not at the event.
class store_stall {
 public:
  /// So many faults in a row at one event make a stall.
  static constexpr int least = 3;

  /// The store failed at an event, for the `times`-th time running. What to say, if it is a stall.
  [[nodiscard]] std::optional<std::string> failed_at(const event& e, const std::string& error) {
    times_ = e.position == at_ ? times_ + 1 : 1;
    at_ = e.position;
    if (times_ < least)
      return std::nullopt;
    return "stalled in " + describe(e) + ": the store serves others and failed here " +
           std::to_string(times_) + " times running, at last with: " + error;
  }

  /// Something else happened: a batch went through, or the store failed elsewhere too.
  void forget() noexcept { times_ = 0; }

 private:
  position_t at_ = 0;
  int times_ = 0;
};

} // namespace waymark
