#pragma once

#include <waymark/messages/attempt_marker.hpp>

#include <optional>
#include <string>
#include <utility>

namespace waymark {

/// The event in which processes ended, if there is one, as its marker tells, and what follows: it
/// is poison, to be given up without running its handler, or is watched while it is handled again.
class suspect_event {
 public:
  /// `max_crashes`: of the projection's policy.
  explicit suspect_event(int max_crashes) { limits_.max_crashes = max_crashes; }

  /// What a claim has found.
  void take(std::optional<attempt_marker> marker);
  void forget() { take(std::nullopt); }

  /// It has still to be passed.
  [[nodiscard]] bool is_behind(position_t passed) const noexcept {
    return marker_ && marker_->position > passed;
  }
  [[nodiscard]] bool is(const event& subject) const noexcept {
    return marker_ && marker_->event_id == subject.event_id;
  }

  /// Where the event stands that is to be given up without running its handler; 0: none.
  [[nodiscard]] position_t poison_at() const noexcept { return poison_at_; }
  /// That is done, or somebody else has decided about it.
  void settle() noexcept { poison_at_ = 0; }
  /// It came to nothing: there was no room. Its handler must not run once there is some.
  void unsettle();
  /// A person's word to run its handler again.
  void acquit() noexcept;

  /// Whether `subject` is it, and to blame.
  [[nodiscard]] bool is_poison(const event& subject) const;
  /// Its sequence key, if an attempt has come so far.
  [[nodiscard]] std::optional<std::string> sequence_key() const;
  /// Why it is given up.
  [[nodiscard]] std::string why_poison() const;
  /// In how many processes' ends it is suspected; empty if there is none, or no doubt.
  [[nodiscard]] std::string suspicion() const;

 private:
  [[nodiscard]] bool is_poison() const;

  crash_limits limits_;
  std::optional<attempt_marker> marker_;
  position_t poison_at_ = 0;
};

} // namespace waymark
