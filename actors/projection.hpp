#pragma once

#include <waymark/actors/projection_spec.hpp>
#include <waymark/messages/event_macros.hpp>
#include <waymark/persistence/read_model.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace waymark {

/// One event of a batch: the data as the author's type, and the envelope.
template <class T>
struct batch_item {
  const T& data;
  const event& envelope;
};

template <class T>
using batch_of = std::span<const batch_item<T>>;

namespace detail {

/// Refuses a second handler for one type. @throws usage_error.
void add_handler(projection_spec& spec, std::string event_type, event_handler handler);
/// Refuses a second batch handler, or one beside handlers. @throws usage_error.
void set_batch_handler(projection_spec& spec, std::vector<std::string> types,
                       batch_handler handler);
/// @throws usage_error for 0 rounds, which would be no rounds.
void set_letter_rounds(projection_spec& spec, letter_retry_policy policy);
/// @throws usage_error with all that `find_mistake` says.
[[nodiscard]] spec_ptr freeze(projection_spec&& spec);

/// Calls a handler as (data), (data, event), (target, data) or (target, data, event).
template <class Target, class T, class F>
void call_handler(F& f, Target* target, const T& data, const event& envelope) {
  if constexpr (std::is_void_v<Target>) {
    if constexpr (std::is_invocable_v<F&, const T&, const event&>)
      f(data, envelope);
    else if constexpr (std::is_invocable_v<F&, const T&>)
      f(data);
    else
      static_assert(always_false<F>, "a handler takes (const Event&) or (const Event&, const "
                                     "waymark::event&)");
  } else {
    if constexpr (std::is_invocable_v<F&, Target&, const T&, const event&>)
      f(*target, data, envelope);
    else if constexpr (std::is_invocable_v<F&, Target&, const T&>)
      f(*target, data);
    else
      static_assert(always_false<F>, "a handler takes (waymark::read_model& or State&, const "
                                     "Event&), and may take a const waymark::event& after that");
  }
}

template <class Target>
[[nodiscard]] Target* target_of(const handler_target& to) {
  if constexpr (std::is_same_v<Target, read_model>)
    return to.db;
  else
    return static_cast<Target*>(to.state);
}

} // namespace detail

/// What every builder offers. `Self` is the builder, `Target` what its handlers write to:
/// `read_model`, an in-memory state, or nothing (void).
///
/// A builder is a value that is moved into `engine.start` or a `projector`; nothing is checked
/// against a store before that, but a handler or option that can't work is refused at once with a
/// usage_error that says how to mend it.
///
/// Handlers of one shard run on one thread at a time; with `.shards(n)` the same handler object may
/// be called from n threads at once. The references that a handler is given end with the call.
template <class Self, class Target>
class projection_builder {
 public:
  /// Calls `handler(target, const T&)` or `handler(target, const T&, const event&)` for each event
  /// of a type registered with WAYMARK_EVENT.
  template <class T, class F>
  Self& on(F handler) & {
    const auto& codec = codec_for<T>();
    detail::add_handler(spec_, codec.event_type, make_handler<T>(codec, std::move(handler)));
    return self();
  }
  template <class T, class F>
  Self&& on(F handler) && {
    return std::move(on<T>(std::move(handler)));
  }

  /// The same for untyped events: the handler's data is `const nlohmann::json&`.
  template <class F>
  Self& on(std::string event_type, F handler) & {
    detail::add_handler(spec_, std::move(event_type),
                        make_handler<nlohmann::json>(json_codec(), std::move(handler)));
    return self();
  }
  template <class F>
  Self&& on(std::string event_type, F handler) && {
    return std::move(on(std::move(event_type), std::move(handler)));
  }

  /// Calls `handler(target, batch_of<T>)` with many events at once, for authors who write a batch
  /// in one statement. Any split into batches must give the same read model; a batch that fails is
  /// halved until the event to blame is found. A projection has either this or `on`.
  template <class T, class F>
  Self& on_batch(F handler) & {
    const auto& codec = codec_for<T>();
    detail::set_batch_handler(spec_, {codec.event_type}, make_batch<T>(codec, std::move(handler)));
    return self();
  }
  template <class T, class F>
  Self&& on_batch(F handler) && {
    return std::move(on_batch<T>(std::move(handler)));
  }

  /// The same for untyped events of several types: `handler(target, batch_of<nlohmann::json>)`.
  template <class F>
  Self& on_batch(std::vector<std::string> event_types, F handler) & {
    detail::set_batch_handler(spec_, std::move(event_types),
                              make_batch<nlohmann::json>(json_codec(), std::move(handler)));
    return self();
  }
  template <class F>
  Self&& on_batch(std::vector<std::string> event_types, F handler) && {
    return std::move(on_batch(std::move(event_types), std::move(handler)));
  }

  /// The key within which events stay in order, computed from the envelope and the raw JSON only.
  /// `name` is stored with the checkpoint: change it whenever the rule changes. An event whose key
  /// can't be had, or is longer than max_sequence_key_bytes, stops the projection.
  ///
  /// The rule must depend on the event alone: several threads call it at once, also those that wait
  /// for a projection, and whatever the number of shards. So it is called as const.
  template <class F>
  Self& sequence_by(std::string name, F key) & {
    static_assert(std::is_invocable_r_v<std::string, const F&, const event&>,
                  "a key rule takes a const waymark::event& and answers a string; several threads "
                  "call it at once, so it can't be a mutable lambda");
    spec_.sequence_by = key_rule{
        std::move(name), [key = std::move(key)](const event& e) -> std::string { return key(e); }};
    return self();
  }
  template <class F>
  Self&& sequence_by(std::string name, F key) && {
    return std::move(sequence_by(std::move(name), std::move(key)));
  }

  /// Spreads the keys over `count` actors that work side by side (1 unless asked).
  Self& shards(int count) & { return set(spec_.shards, count); }
  Self&& shards(int count) && { return std::move(shards(count)); }

  /// The number that the author raises when the handlers change their meaning; a lower one never
  /// claims what a higher one has owned.
  Self& version(int number) & { return set(spec_.version, number); }
  Self&& version(int number) && { return std::move(version(number)); }

  /// What a higher version does with the read model of the lower: resume (default) or rebuild.
  Self& on_new_version(new_version what) & { return set(spec_.on_new_version, what); }
  Self&& on_new_version(new_version what) && { return std::move(on_new_version(what)); }

  /// How often, and when, an event is tried again before it is given up.
  Self& retry(retry_policy policy) & { return set(spec_.retry, std::move(policy)); }
  Self&& retry(retry_policy policy) && { return std::move(retry(std::move(policy))); }

  /// What happens to a key whose event was given up: park_key (default), skip_event or stop.
  Self& on_give_up(give_up what) & { return set(spec_.on_give_up, what); }
  Self&& on_give_up(give_up what) && { return std::move(on_give_up(what)); }

  /// Retries the letters of parked keys by itself, `rounds` times (at least 1) with a backoff
  /// between; off unless asked for.
  Self& retry_letters(letter_retry_policy policy) & {
    detail::set_letter_rounds(spec_, policy);
    return self();
  }
  Self&& retry_letters(letter_retry_policy policy) && { return std::move(retry_letters(policy)); }

  /// How much may be parked before the projection pauses.
  Self& park_limits(waymark::park_limits limits) & { return set(spec_.parking, limits); }
  Self&& park_limits(waymark::park_limits limits) && { return std::move(park_limits(limits)); }

  Self& batch(batch_options options) & { return set(spec_.batch, options); }
  Self&& batch(batch_options options) && { return std::move(batch(options)); }

  /// How long one handler call may take before the projection is `failed` and the handler is named;
  /// 0: as long as it likes. Without it, as `engine_options::handler_timeout` says.
  Self& handler_timeout(std::chrono::milliseconds limit) & {
    spec_.handler_timeout = limit;
    return self();
  }
  Self&& handler_timeout(std::chrono::milliseconds limit) && {
    return std::move(handler_timeout(limit));
  }

  /// Which events it sees at all, beyond having a handler for their type.
  Self& filter(event_filter wanted) & { return set(spec_.filter, std::move(wanted)); }
  Self&& filter(event_filter wanted) && { return std::move(filter(std::move(wanted))); }

  /// What becomes of an event that passes the filter but has no handler: ignore (default), warn or
  /// error.
  Self& unhandled(waymark::unhandled what) & { return set(spec_.on_unhandled, what); }
  Self&& unhandled(waymark::unhandled what) && { return std::move(unhandled(what)); }

  /// Keeps checkpoint, letters and read model in another store than the engine's.
  Self& into(std::shared_ptr<projection_store> where) & {
    return set(spec_.into, std::move(where));
  }
  Self&& into(std::shared_ptr<projection_store> where) && {
    return std::move(into(std::move(where)));
  }

  /// Checks everything and freezes it; the builder is empty afterwards.
  /// @throws usage_error that says what is wrong and how to mend it.
  [[nodiscard]] spec_ptr freeze() && { return detail::freeze(std::move(spec_)); }

 protected:
  projection_builder(std::string name, effect where) {
    spec_.name = std::move(name);
    spec_.where = where;
  }

  template <class T>
  Self& set(T& member, T value) {
    member = std::move(value);
    return self();
  }
  Self& self() { return static_cast<Self&>(*this); }

  projection_spec spec_;

 private:
  template <class T, class F>
  static event_handler make_handler(const event_codec& codec, F handler) {
    return {&codec, [f = std::move(handler)](const handler_target& to,
                                             const handled_event& e) mutable {
              detail::call_handler<Target>(f, detail::target_of<Target>(to),
                                           *static_cast<const T*>(e.object), *e.envelope);
            }};
  }

  template <class T, class F>
  static batch_handler make_batch(const event_codec& codec, F handler) {
    return {&codec, [f = std::move(handler)](const handler_target& to,
                                             std::span<const handled_event> events) mutable {
              std::vector<batch_item<T>> items;
              items.reserve(events.size());
              for (const auto& e : events)
                items.push_back({*static_cast<const T*>(e.object), *e.envelope});
              if constexpr (std::is_void_v<Target>)
                f(batch_of<T>{items});
              else
                f(*detail::target_of<Target>(to), batch_of<T>{items});
            }};
  }
};

/// In-memory projection: handlers take `State&`. The state is replayed from the start of the log in
/// each process and read with `engine.read<State>(name, function)`. A handler that throws must
/// leave the state as it was, unless `.snapshot()` is asked for.
template <class State>
class memory_projection : public projection_builder<memory_projection<State>, State> {
 public:
  explicit memory_projection(std::string name)
      : projection_builder<memory_projection<State>, State>{std::move(name), effect::memory} {
    this->spec_.make_state = [] { return std::shared_ptr<void>{std::make_shared<State>()}; };
    this->spec_.state_type = &state_tag;
  }

  /// Copies the state before each event and puts the copy back if the handler throws. Costs a copy
  /// an event.
  memory_projection& snapshot() &
    requires std::copyable<State>
  {
    this->spec_.copy_state = [](const void* state) {
      return std::shared_ptr<void>{std::make_shared<State>(*static_cast<const State*>(state))};
    };
    this->spec_.restore_state = [](void* state, const void* from) {
      *static_cast<State*>(state) = *static_cast<const State*>(from);
    };
    return *this;
  }
  memory_projection&& snapshot() && { return std::move(snapshot()); }

  /// Identifies the type of the state at run time.
  static inline const char state_tag = 0;
};

/// A projection whose effects lie outside any store: mails, calls, files. Its handlers take
/// `(const T&)` or `(const T&, const event&)`, and an event may be handled more than once: the
/// checkpoint is saved at most 1 s or 1,000 events late.
class outside_projection : public projection_builder<outside_projection, void> {
 public:
  explicit outside_projection(std::string name)
      : projection_builder{std::move(name), effect::outside} {}
};

/// A projection into tables: handlers take `read_model&`, and what they write commits in one
/// transaction with the checkpoint.
/// @code
/// auto revenue = waymark::projection{"order-revenue"}
///   .table("CREATE TABLE IF NOT EXISTS revenue (day TEXT PRIMARY KEY, cents BIGINT NOT NULL)")
///   .truncate("DELETE FROM revenue")
///   .on<shop::order_placed>([](waymark::read_model& db, const shop::order_placed& e) { … });
/// @endcode
class projection : public projection_builder<projection, read_model> {
 public:
  explicit projection(std::string name) : projection_builder{std::move(name), effect::database} {}

  /// A statement that makes what the handlers write to; run at each start, so it says IF NOT
  /// EXISTS.
  projection& table(std::string create_if_not_exists) & {
    spec_.tables.push_back(std::move(create_if_not_exists));
    return *this;
  }
  projection&& table(std::string create_if_not_exists) && {
    return std::move(table(std::move(create_if_not_exists)));
  }

  /// A statement that empties what the handlers wrote; run by reset and rebuild, in the transaction
  /// that sets the checkpoint back.
  projection& truncate(std::string statement) & {
    spec_.truncate.push_back(std::move(statement));
    return *this;
  }
  projection&& truncate(std::string statement) && {
    return std::move(truncate(std::move(statement)));
  }

  /// See memory_projection.
  template <class State>
  [[nodiscard]] static memory_projection<State> in_memory(std::string name) {
    return memory_projection<State>{std::move(name)};
  }

  /// See outside_projection.
  [[nodiscard]] static outside_projection at_least_once(std::string name) {
    return outside_projection{std::move(name)};
  }
};

} // namespace waymark
