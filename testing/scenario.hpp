#pragma once

#include <waymark/actors/projector.hpp>
#include <waymark/messages/clock.hpp>
#include <waymark/persistence/store.hpp>
#include <waymark/testing/past_event.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace waymark::testing {

/// A log in memory and a projection of it, for a test of a projection's handlers:
/// @code
/// auto shop = given(order_placed{"2026-11-21", 1250}, order_placed{"2026-11-21", 750})
///               .project(revenue());
/// CHECK(shop.query_value<std::int64_t>("SELECT sum(cents) FROM revenue") == 2000);
/// @endcode
/// Everything runs on the calling thread, one shard after the other. The clock stands still until
/// it is told to move, except that the waits between two attempts at an event pass on it, in no
/// time.
class scenario {
 public:
  explicit scenario(std::span<const past_event> events);

  /// Hands the events to a projection: everything so far now, and what `then` adds at once.
  /// @throws usage_error for a bad builder, or if there is a projection already.
  template <class Builder>
  scenario& project(Builder&& builder) & {
    start(std::forward<Builder>(builder).freeze());
    return *this;
  }
  template <class Builder>
  scenario&& project(Builder&& builder) && {
    return std::move(project(std::forward<Builder>(builder)));
  }

  /// Appends more events; the projection, if there is one, handles them.
  template <class... Events>
  scenario& then(Events... events) & {
    add(history(std::move(events)...));
    return *this;
  }
  template <class... Events>
  scenario&& then(Events... events) && {
    return std::move(then(std::move(events)...));
  }

  /// The only column of the only row. @throws usage_error if there is not exactly one.
  template <class T, class... Args>
  [[nodiscard]] T query_value(std::string_view sql, const Args&... args) const {
    return look([&](read_model& db) { return db.query_value<T>(sql, args...); });
  }
  /// The first column of the first row, or nothing if there is no row.
  template <class T, class... Args>
  [[nodiscard]] std::optional<T> query_optional(std::string_view sql, const Args&... args) const {
    return look([&](read_model& db) { return db.query_optional<T>(sql, args...); });
  }
  /// The rows as tuples.
  template <class... Columns, class... Args>
  [[nodiscard]] std::vector<std::tuple<Columns...>> query_as(std::string_view sql,
                                                             const Args&... args) const {
    return look([&](read_model& db) { return db.query_as<Columns...>(sql, args...); });
  }
  template <class... Args>
  [[nodiscard]] result_set query(std::string_view sql, const Args&... args) const {
    return look([&](read_model& db) { return db.query(sql, args...); });
  }

  /// The state of an in-memory projection. @throws usage_error for another type or effect.
  template <class State>
  [[nodiscard]] const State& state(int shard = 0) const {
    return started(shard).template state<State>();
  }

  /// The events that the projection gave up.
  [[nodiscard]] std::vector<dead_letter> letters() const;

  /// For checkpoint, lag, reset and rebuild.
  [[nodiscard]] waymark::projector& projector(int shard = 0);
  [[nodiscard]] event_store& log() const noexcept { return *store_.events; }
  [[nodiscard]] manual_clock& clock() const noexcept { return *clock_; }

 private:
  void start(spec_ptr spec);
  void resume();
  void add(std::span<const past_event> events);
  [[nodiscard]] const waymark::projector& started(int shard) const;

  template <class F>
  [[nodiscard]] auto look(F queries) const {
    std::optional<std::invoke_result_t<F&, read_model&>> found;
    store_.projections->read([&](read_model& db) { found.emplace(queries(db)); });
    return std::move(*found);
  }

  std::unique_ptr<manual_clock> clock_;
  store store_;
  std::vector<waymark::projector> shards_;
};

/// What has happened before the test; see `history` for what may be given.
template <class... Events>
[[nodiscard]] scenario given(Events... events) {
  return scenario{history(std::move(events)...)};
}

} // namespace waymark::testing
