#pragma once

#include "tests/simulation/random.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/simulation/written_event.hpp"

#include <waymark/persistence/event_store.hpp>

#include <map>
#include <string>
#include <vector>

namespace waymark::sim {

/// Appends events, now and then badly, and checks every answer (guarantee G1). An unknown outcome
/// is settled by sending the same again before anything else.
class producer {
 public:
  producer(rng& random, trace& told, std::shared_ptr<event_store> log, int poison_per_mille,
           int deadly_per_mille)
      : random_{random}, trace_{told}, log_{std::move(log)}, poison_{poison_per_mille},
        deadly_{deadly_per_mille} {}

  void append_something();
  /// Sends again what has no answer yet.
  void settle();
  [[nodiscard]] bool unsettled() const noexcept { return !group_.empty(); }

  /// Everything acknowledged, in order: the event at position p is [p - 1].
  [[nodiscard]] const std::vector<written_event>& acknowledged() const noexcept { return all_; }

  /// The event at a position, also one whose answer was lost; null beyond the last one.
  [[nodiscard]] const written_event* find(position_t position) const;

  /// Compares the log with what was acknowledged.
  void audit(event_store& log) const;

 private:
  enum class kind : std::uint8_t { good, conflicting, repeated, mixed };
  struct command {
    kind what = kind::good;
    append_command send;
    std::vector<written_event> events;
    position_t first_position = 0;   ///< repeated.
    std::int64_t actual_version = 0; ///< conflicting.
  };

  command make_command(std::map<std::string, std::int64_t>& versions);
  command make_good(const stream_id& stream, std::int64_t version);
  written_event make_event(const stream_id& stream);
  void send();
  void check(const command& asked, const append_result& answer);

  rng& random_;
  trace& trace_;
  std::shared_ptr<event_store> log_;
  int poison_;
  int deadly_;
  std::vector<command> group_; ///< Under way.
  std::vector<command> done_;
  std::vector<written_event> all_;
  std::map<std::string, std::int64_t> versions_;
};

} // namespace waymark::sim
