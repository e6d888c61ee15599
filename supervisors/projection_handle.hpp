#pragma once

#include <waymark/messages/append.hpp>
#include <waymark/messages/mandate.hpp>
#include <waymark/messages/status.hpp>
#include <waymark/supervisors/engine_options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace waymark {

/// How `wait_until` ended. Only `reached` means that the effects are there, so it has to be looked
/// at.
enum class [[nodiscard]] wait_result : std::uint8_t {
  /// The effects of what was asked about are in the read model: the events of a token, or the one
  /// at a position. Other events before them may be set aside (`status().set_aside`).
  reached,
  /// At least one of them was given up or parked: its effects are not there (yet).
  parked,
  /// The projection stands before them (failed, stopped, diverged, ended). It goes on when somebody
  /// or its supervisor sees to it, which this does not wait for.
  stopped
};

class engine;
class read_model;

/// A started projection: its name, and the engine that runs it. Each member does what the engine's
/// of that name does for it, with what that blocks for and throws. Letters, records and the log are
/// asked of the engine.
///
/// A light value, const as a pointer is. The engine has to outlive it. It means whatever bears the
/// name: once that is stopped, all members but `name` throw usage_error, until another projection
/// is started by the same name. Thread-safe as the engine is.
class projection_handle {
 public:
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Waits until the effects of an append are visible, at most `timeout`; only for those shards
  /// that its events belong to.
  wait_result wait_until(const appended& token, std::chrono::milliseconds timeout) const;
  /// Waits until everything up to `position` has been passed, in all shards; `parked` is told of
  /// the event at `position` alone.
  wait_result wait_until(position_t position, std::chrono::milliseconds timeout) const;
  /// Waits until everything that is in the log now has been passed: handled, or set aside, of which
  /// `status().set_aside` tells. It never answers `parked`.
  wait_result wait_until_caught_up(std::chrono::milliseconds timeout) const;

  [[nodiscard]] projection_status status() const;
  [[nodiscard]] waymark::lag lag() const;
  [[nodiscard]] waymark::health health() const;
  /// One sentence: why it is where it is.
  [[nodiscard]] std::string explain() const;

  void pause(const mandate& as = {}) const;
  void resume(const mandate& as = {}) const;
  void discard_event(std::optional<position_t> position = {}, const mandate& as = {}) const;
  void take_over(const mandate& as = {}) const;
  void reset(const mandate& as = {}) const;
  void rebuild(const mandate& as = {}, const rebuild_options& options = {}) const;
  /// Ends this projection, not the engine.
  void stop() const;

  /// For one query: `handle.read().query_value<std::int64_t>("SELECT …")`.
  [[nodiscard]] auto read() const;
  /// Runs `queries(read_model&)` in a read-only transaction, and returns what it returns.
  template <class F>
    requires std::is_invocable_v<F&, read_model&>
  auto read(F queries) const;
  /// Runs `look(const State&)` on a state in memory, and returns what it returns.
  template <class State, class F>
  auto read(F look) const;

 private:
  friend class engine;
  projection_handle(engine* of, std::string name) : engine_{of}, name_{std::move(name)} {}
  engine* engine_;
  std::string name_;
};

} // namespace waymark
