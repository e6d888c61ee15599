#pragma once

#include <waymark/actors/projection.hpp>
#include <waymark/messages/append.hpp>
#include <waymark/messages/letter_settlement.hpp>
#include <waymark/messages/mandate.hpp>
#include <waymark/messages/status.hpp>
#include <waymark/persistence/store.hpp>
#include <waymark/supervisors/child_snapshot.hpp>
#include <waymark/supervisors/engine_options.hpp>
#include <waymark/supervisors/projection_handle.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark {

/// What a user holds: a log, the actors that project it, and their supervisors.
///
/// All members are thread-safe, except that nothing may be called while the engine is destroyed.
/// `append` and the waits must not be called inside a transactional handler: they throw there,
/// since they would wait for themselves. The destructor stops with the drain deadline.
///
/// Each member says whether it blocks. "Asks the store" means: as long as that store takes, which
/// may be seconds behind a lock or without a connection, and then it throws store_error. "Tells the
/// actors" means: until those of all shards have taken note, without waiting for the batch under
/// way; usually at once, at most 10 s a shard. Whatever takes a name throws usage_error with the
/// names there are if no such projection is started. Once stopped, an engine answers from what it
/// knows and its stores, and throws usage_error or store_error for all that needs its actors.
class engine {
 public:
  /// Opens nothing: takes an opened store. Appends go to `where.events`; projections keep their
  /// records in `where.projections` unless built with `.into`. Does not block.
  /// @throws usage_error for an empty store, or an option that can't work, by name.
  explicit engine(store where, engine_options options = {});
  /// Blocks until everything has ended, at most the drain deadline.
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // Projections

  /// Makes the projection's tables and starts its supervised actors. Asks the store for the tables;
  /// does not wait for the claim, which makes them where this can't: while another process owns the
  /// projection, or somebody has locked what they need.
  /// @throws usage_error for a bad spec or none, a name that is taken, and inside a transactional
  ///   handler; projection_error if a `.table` statement fails (of one that rebuilds on a new
  ///   version it may; its claim tries again, and says so); store_error; not_possible_now if a
  ///   supervisor does not answer.
  projection_handle start(spec_ptr spec);
  /// Starts many at once, which takes a transaction for each store instead of some for each
  /// projection. Nothing is started if one has a mistake, a name that is taken or twice in the
  /// list, or a table that can't be made. Blocks and throws as above.
  void start(const std::vector<spec_ptr>& specs);
  template <class Builder>
    requires requires(Builder&& b) { std::forward<Builder>(b).freeze(); }
  projection_handle start(Builder&& builder) {
    return start(std::forward<Builder>(builder).freeze());
  }

  /// The handle of a started projection. Does not block.
  [[nodiscard]] projection_handle handle(std::string_view name);
  /// Of all started projections, sorted. Does not block or throw.
  [[nodiscard]] std::vector<std::string> names() const;

  /// Ends one projection: it finishes its batch and releases its claim. Blocks until then; an actor
  /// that does not end within its group's `shutdown` (5 s) is left behind.
  /// @throws usage_error inside a transactional handler; not_possible_now if its supervisor does
  ///   not answer.
  void stop(std::string_view name);

  /// Drains everything: no new work, the batches under way commit, claims are released.
  /// Blocks until then, at most `deadline`, which is the drain deadline unless given.
  /// @returns false if something had to be abandoned at the deadline; nothing is lost by that.
  /// @throws usage_error inside a transactional handler.
  bool stop(std::optional<std::chrono::milliseconds> deadline = {});
  /// Neither a name nor a deadline: a bare 0 would be a name that is null.
  void stop(std::nullptr_t) = delete;

  // Each of the following is done on somebody's word: who and why stand in a line of the log.

  /// Holds a projection where it is until `resume`; not kept across restarts of the process. Its
  /// status has who and why as its reason; one that is stopped, failed or diverged stays so, and is
  /// paused besides. Tells the actors.
  void pause(std::string_view name, const mandate& as = {});

  /// Goes on after `pause`, and tries again after `stop` (give-up policy), `failed` or `diverged`.
  /// Tells the actors, and has those that are gone started again.
  /// @throws not_possible_now if a supervisor does not answer.
  void resume(std::string_view name, const mandate& as = {});

  /// Passes the event that a projection stands before (give-up policy `stop`), with a letter whose
  /// error has who and why; `discard` is for letters that are there already. `position` is that of
  /// the event: one that the projection does not stand before (any more) is refused, and several
  /// shards may each stand before one of their own. Tells the actors, and does not wait for the
  /// commit, which comes after `resume` if it is paused too.
  /// @throws usage_error if it does not stand before that event, or if none is named and there is
  ///   not exactly one; timeout_error if its actor is down or hangs: ask again.
  void discard_event(std::string_view name, std::optional<position_t> position = {},
                     const mandate& as = {});

  /// Claims a projection that stands by, whoever holds it: for an owner that hangs or can't be
  /// reached. Tells the actors, and does not wait for the claim. What that owner has under way
  /// changes nothing any more; if it lives, it stands by from then on. Shards that do not stand by
  /// go on as they are.
  /// @throws timeout_error if an actor is down or hangs; those that are up have been told.
  void take_over(std::string_view name, const mandate& as = {});

  // Dead letters

  /// Handles the events of dead letters again, each followed by what is parked behind it, in order,
  /// and stops a key at its first failure: that letter then has one more attempt, and the rest of
  /// the key stays parked. A key with nothing left is live again. The projections' own actors do
  /// it, between their batches, so that no event of a key is handled at the same time; each event
  /// commits with its removal from the queue, and the letter leaves a record (`settled_letters`).
  ///
  /// Waits for the end. What can't be done now is said per key in `refused`: the projection is
  /// paused, stopped, failed, degraded, standing by, or ends meanwhile.
  /// @throws usage_error if the selection names nothing, no such projection, or a letter that is
  ///   not there or of before a reset; timeout_error if it is not done in time: it then goes on.
  [[nodiscard]] settle_report retry(const letter_selection& which,
                                    const settle_options& options = {});

  /// The same, but passes the letters' own events for good. What is parked behind them is handled.
  [[nodiscard]] settle_report discard(const letter_selection& which,
                                      const settle_options& options = {});

  /// One letter, and what waits behind it; empty if there is none of that number. Numbers are given
  /// by the store that keeps the letters: name the projection if there are several stores. Asks the
  /// stores. @throws usage_error if several stores have a letter of that number.
  [[nodiscard]] std::optional<letter_details>
  letter(std::int64_t id, const std::optional<std::string>& projection = {}) const;

  /// Letters that were retried with success or discarded: by whom and when. Asks the stores.
  [[nodiscard]] std::vector<settled_letter> settled_letters(const letter_query& query = {}) const;

  /// Empties read model and checkpoint in one transaction; the projection then starts at the
  /// beginning of the log. Waits for the batches under way, at most 10 s each, and asks the store.
  /// @throws usage_error inside a transactional handler, and for a projection into tables without a
  ///   `.truncate`, which would have all its effects twice; not_possible_now while a handler that
  ///   hangs holds what it needs; projection_error if a `.table` or `.truncate` statement fails;
  ///   store_error.
  void reset(std::string_view name, const mandate& as = {});

  /// Reset, then waits until it has caught up with the head of now.
  /// @throws what `reset` does; timeout_error; projection_stands; what `report` does.
  void rebuild(std::string_view name, const mandate& as = {}, const rebuild_options& options = {});

  // The log

  /// Appends in a group with whatever other threads append meanwhile. Blocks until it is durable,
  /// also while `engine_options::append_queue` commands wait already.
  /// @throws version_conflict, duplicate_event; usage_error for bad input, and inside a
  ///   transactional handler; store_error, after which the same command may be repeated if its
  ///   events have ids. An event without one gets another in each call, which nobody is told: where
  ///   `outcome_unknown`, a repeat may then write it twice.
  appended append(append_command command);

  /// Appends typed events to the stream of their aggregate type, all or none:
  /// `engine.append("o-17", no_stream, order_placed{…}, order_paid{…})`. To be able to repeat it,
  /// give them ids: `engine.append("o-17", any_version, with_id(id, order_placed{…}))`; what else
  /// an envelope has goes in by `with({.correlation_id = request}, order_placed{…})`.
  /// @throws as above, and usage_error if their aggregate types differ.
  template <class First, class... More>
  appended append(std::string aggregate_id, expected_version expected, First first, More... more) {
    return append(append_of(std::move(aggregate_id), expected, std::move(first),
                            std::move(more)...));
  }

  /// Many commands at once, for imports: each on its own terms, one result each, never throws for
  /// what a single command did: only the results say what was refused. Blocks as `append`.
  /// @throws usage_error inside a transactional handler.
  [[nodiscard]] std::vector<append_result> append_all(std::vector<append_command> commands);

  /// Its members block and throw as event_store says. It lives as long as the engine at least.
  [[nodiscard]] event_store& log() const noexcept;
  /// Position of the newest event. Asks the log's store.
  [[nodiscard]] position_t head() const;

  // Watching

  /// Of all projections, sorted by name. Asks nobody: does not block.
  [[nodiscard]] std::vector<projection_status> status() const;
  [[nodiscard]] projection_status status(std::string_view name) const;
  /// Asks the log's store; if that is away, the lag is unknown, and nothing is thrown.
  [[nodiscard]] waymark::lag lag(std::string_view name) const;
  /// What status and lag come to. Blocks as `lag`.
  [[nodiscard]] waymark::health health(std::string_view name) const;
  /// The record as it is stored; empty if the shard never ran. Asks the store.
  /// @throws usage_error if there is no such shard.
  [[nodiscard]] std::optional<waymark::checkpoint> checkpoint(std::string_view name,
                                                              int shard = 0) const;

  /// Letters of every generation, by store and id. Ids count within a store: to go on behind
  /// `after_id` when projections keep their records in several, name a projection. Asks the stores.
  /// @throws usage_error if none is named then.
  [[nodiscard]] std::vector<dead_letter> dead_letters(const letter_query& query = {}) const;

  /// The supervision tree as it is now: the engine's own supervisors, and those of the projections
  /// under "projections". Waits for their answers.
  /// @throws not_possible_now if the root has not answered in 10 s.
  [[nodiscard]] child_snapshot tree() const;

  /// The status with everything that `explain` looks at. Asks the stores; what one that is away
  /// would have said is left out, and nothing is thrown.
  [[nodiscard]] projection_status examine(std::string_view name) const;

  /// One sentence: why a projection is where it is, with its evidence and what can be done. Blocks
  /// as `examine`.
  [[nodiscard]] std::string explain(std::string_view name) const;

  /// Block at most `timeout` (for as long as it takes: `milliseconds::max()`), besides asking the
  /// log's store which shards a token concerns, and the projection's whether its events were set
  /// aside.
  /// @throws timeout_error that says why the projection is where it is; usage_error inside a
  ///   transactional handler; store_error.
  wait_result wait_until(std::string_view name, const appended& token,
                         std::chrono::milliseconds timeout) const;
  /// Of the event at `position`, once everything up to there has been passed.
  wait_result wait_until(std::string_view name, position_t position,
                         std::chrono::milliseconds timeout) const;
  /// Of all that is in the log now; never answers `parked`, since what was set aside is passed.
  wait_result wait_until_caught_up(std::string_view name, std::chrono::milliseconds timeout) const;

  // Reading

  /// Runs `queries(read_model&)` in a read-only transaction of the projection's database, on this
  /// thread, and returns what it returns; of a reference, a copy. Asks the store.
  /// @throws usage_error if the projection has no tables; what the queries throw.
  template <class F>
    requires std::is_invocable_v<F&, read_model&>
  auto read(std::string_view name, F queries) const {
    using result = std::decay_t<std::invoke_result_t<F&, read_model&>>;
    if constexpr (std::is_void_v<result>) {
      read_tables(name, [&](read_model& db) { queries(db); });
    } else {
      std::optional<result> found;
      read_tables(name, [&](read_model& db) { found.emplace(queries(db)); });
      return std::move(*found);
    }
  }

  /// Runs `look(const State&)` on an in-memory projection's state, on this thread, between two
  /// batches: waits for the end of the one under way.
  /// @throws usage_error if it keeps no such State, and inside a handler of one in memory or with
  ///   tables; what `look` throws.
  template <class State, class F>
  auto read(std::string_view name, F look) const {
    using result = std::decay_t<std::invoke_result_t<F&, const State&>>;
    if constexpr (std::is_void_v<result>) {
      read_state(name, &memory_projection<State>::state_tag,
                 [&](const void* state) { look(*static_cast<const State*>(state)); });
    } else {
      std::optional<result> found;
      read_state(name, &memory_projection<State>::state_tag, [&](const void* state) {
        found.emplace(look(*static_cast<const State*>(state)));
      });
      return std::move(*found);
    }
  }

  /// For one query: `engine.read("order-revenue").query_value<std::int64_t>("SELECT …")`. Its
  /// members block and throw as `read` above and the read_model's do.
  class reader {
   public:
    template <class T, class... Args>
    [[nodiscard]] T query_value(std::string_view sql, const Args&... args) const {
      return owner_->read(name_, [&](read_model& db) { return db.query_value<T>(sql, args...); });
    }
    template <class T, class... Args>
    [[nodiscard]] std::optional<T> query_optional(std::string_view sql, const Args&... args) const {
      return owner_->read(name_,
                          [&](read_model& db) { return db.query_optional<T>(sql, args...); });
    }
    template <class... Columns, class... Args>
    [[nodiscard]] std::vector<std::tuple<Columns...>> query_as(std::string_view sql,
                                                               const Args&... args) const {
      return owner_->read(name_,
                          [&](read_model& db) { return db.query_as<Columns...>(sql, args...); });
    }
    template <class... Args>
    [[nodiscard]] result_set query(std::string_view sql, const Args&... args) const {
      return owner_->read(name_, [&](read_model& db) { return db.query(sql, args...); });
    }

   private:
    friend class engine;
    reader(const engine* owner, std::string name) : owner_{owner}, name_{std::move(name)} {}
    const engine* owner_;
    std::string name_;
  };
  [[nodiscard]] reader read(std::string_view name) const { return {this, std::string{name}}; }

 private:
  void read_tables(std::string_view name, const std::function<void(read_model&)>& queries) const;
  void read_state(std::string_view name, const void* type,
                  const std::function<void(const void*)>& look) const;

  struct implementation;
  std::unique_ptr<implementation> impl_;
};

inline auto projection_handle::read() const {
  return engine_->read(name_);
}

template <class F>
  requires std::is_invocable_v<F&, read_model&>
auto projection_handle::read(F queries) const {
  return engine_->read(name_, std::move(queries));
}

template <class State, class F>
auto projection_handle::read(F look) const {
  return engine_->template read<State>(name_, std::move(look));
}

} // namespace waymark
