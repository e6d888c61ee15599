#pragma once

#include <waymark/actors/projection.hpp>
#include <waymark/messages/clock.hpp>
#include <waymark/messages/status.hpp>
#include <waymark/persistence/event_store.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace waymark {

struct projector_options {
  int shard = 0;
  const waymark::clock* clock = &waymark::clock::system();
  /// How to wait between attempts; a test passes a function that only notes the delay.
  std::function<void(std::chrono::milliseconds)> sleep{};
};

/// A projection driven by hand: no actors, no threads, every call does its work before it returns.
/// For tests, scripts and for learning; it keeps the same guarantees as the engine, since both call
/// the same `apply`. Owns the projection's shard from the first call until it is destroyed.
/// Not thread-safe.
class projector {
 public:
  /// How far a replay is: events handled so far, position reached, head.
  struct progress {
    std::int64_t handled = 0;
    position_t position = 0;
    position_t head = 0;
  };

  /// @param records keeps checkpoint, letters and tables. For a spec made with `.into`, that store
  ///   is used instead.
  /// @throws usage_error if there is no spec or no store.
  projector(spec_ptr spec, std::shared_ptr<projection_store> records,
            projector_options options = {});
  template <class Builder>
    requires requires(Builder&& b) { std::forward<Builder>(b).freeze(); }
  projector(Builder&& builder, std::shared_ptr<projection_store> records,
            projector_options options = {})
      : projector{std::forward<Builder>(builder).freeze(), std::move(records),
                  std::move(options)} {}
  ~projector();
  projector(projector&&) noexcept;
  projector& operator=(projector&&) noexcept;

  /// Handles one event with retries and, in the end, gives it up as the projection's policy says;
  /// its effects and the checkpoint commit together. An event at or below the checkpoint has had
  /// its effect and is passed over. Events must come in order of position.
  /// @throws store_error, projection_error; usage_error when another process owns the projection,
  ///   it stands (policy `stop`), or as much is parked as `.park_limits` allows.
  void handle(const event& e);

  /// The stored record; empty if nothing was ever handled, or after a reset.
  [[nodiscard]] std::optional<waymark::checkpoint> checkpoint() const;

  /// How far it is behind `log`. Without one, what the record alone tells: as of its last event, so
  /// always 0 events and 0 seconds behind. Empty without a checkpoint.
  [[nodiscard]] std::optional<waymark::lag> lag() const;
  [[nodiscard]] std::optional<waymark::lag> lag(event_store& log) const;

  /// Empties read model and checkpoint in one transaction.
  /// @throws usage_error for tables without `.truncate`, whose events would count twice.
  void reset();

  /// Handles everything after the checkpoint, up to the head at the time of the call.
  /// @returns the number of events handled.
  std::int64_t resume(event_store& log);

  /// Reset, then resume; `report` is called about every 1,000 events and at the end.
  /// @throws as `reset`, and `handle`.
  std::int64_t rebuild(event_store& log, const std::function<void(const progress&)>& report = {});

  /// The state of an in-memory projection. @throws usage_error for another type or effect.
  template <class State>
  [[nodiscard]] const State& state() const {
    return *static_cast<const State*>(state_of(&memory_projection<State>::state_tag));
  }

 private:
  [[nodiscard]] const void* state_of(const void* type) const;

  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace waymark
