#pragma once

#include "actors/attempt.hpp"

#include <waymark/messages/checkpoint.hpp>

#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// The event that fails, if one does: the attempts at it, and whether an operator wants it passed.
/// Also how many events were given up without a success between, since many of those say that it
/// is the projection that fails.
class failing_event {
 public:
  /// The last one that failed, or that was to be discarded, also when its attempts are forgotten;
  /// 0: none.
  [[nodiscard]] position_t position() const noexcept { return position_; }
  [[nodiscard]] const std::vector<failed_attempt>& attempts() const noexcept { return attempts_; }
  /// Of the last attempt; empty if there is none.
  [[nodiscard]] std::string error() const;
  /// It has to be tried again, and alone.
  [[nodiscard]] bool is_tried() const noexcept {
    return !attempts_.empty() && position_ != discard_at_;
  }

  /// One more attempt has failed. Those at another event are forgotten.
  void fail(position_t position, failed_attempt attempt);
  /// What the decision about the last attempt needs to know from here: its number, and the events
  /// given up.
  [[nodiscard]] attempt_facts facts() const;
  /// Why the projection stands before `culprit`, whose attempts these are, with what is known of it
  /// `before`: from before an operator's resume, or from another process.
  [[nodiscard]] stored_failure failure(const event& culprit,
                                       const std::optional<stored_failure>& before) const;

  /// Everything up to here is done with.
  void pass(position_t to) noexcept;
  /// It begins anew, whoever wants that.
  void forget_attempts() noexcept { attempts_.clear(); }
  /// As if none had ever failed, except for what was given up.
  void forget() noexcept;

  [[nodiscard]] int give_ups_in_a_row() const noexcept { return give_ups_in_a_row_; }
  /// The event is passed with a letter. If an operator wanted that, a person has seen to it.
  void give_up() noexcept;
  /// Another event has been handled, or a person has seen to it.
  void forget_give_ups() noexcept { give_ups_in_a_row_ = 0; }

  /// An operator wants the event at `position` passed with a letter.
  void discard(position_t position, std::string by);
  /// The event that is to be passed so; 0: none.
  [[nodiscard]] position_t discard_at() const noexcept { return discard_at_; }
  [[nodiscard]] const std::string& discarded_by() const noexcept { return discarded_by_; }
  void forget_discard() noexcept { discard_at_ = 0; }
  /// The attempts that have led to it, as they were `kept`, are those of its letter.
  void recall(position_t position, const std::optional<stored_failure>& kept);

 private:
  position_t position_ = 0;
  std::vector<failed_attempt> attempts_;
  int give_ups_in_a_row_ = 0;
  position_t discard_at_ = 0;
  std::string discarded_by_;
};

} // namespace waymark
