#include <waymark/actors/projector.hpp>

#include "actors/projection_jobs.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <deque>
#include <thread>

namespace waymark {

/// Drives the machine on the caller's thread: every job is done at once, every wait is slept.
struct projector::implementation {
  using source = std::function<page_ptr(position_t after)>;

  implementation(spec_ptr spec, std::shared_ptr<projection_store> records, projector_options given)
      : options{std::move(given)}, machine{new_machine(spec)} {
    context.spec = std::move(spec);
    context.shard = options.shard;
    context.store = context.spec->into ? context.spec->into : std::move(records);
    if (!context.store)
      throw usage_error{"a projector needs a store for its records: "
                        "projector{spec, waymark::open(\"sqlite:FILE\").projections}"};
    context.owner = make_owner_instance();
    if (const auto limit = context.spec->handler_timeout)
      context.store->allow_handlers(context.spec->name, *limit);
    context.time = options.clock;
    if (context.spec->where == effect::memory) {
      context.state = std::make_shared<memory_state>();
      context.state->object = new_state(*context.spec);
    }
    if (!options.sleep)
      options.sleep = [](std::chrono::milliseconds delay) { std::this_thread::sleep_for(delay); };
  }

  /// Nobody appends meanwhile, so no batch waits for more.
  [[nodiscard]] projection_machine new_machine(const spec_ptr& of) const {
    require_spec(of);
    return {of, options.shard, {.gathers = false, .time = options.clock}};
  }

  /// Goes on until everything up to `target` has passed.
  void run(actions todo, const source& read, position_t target) {
    queue.clear();
    push(std::move(todo));
    if (!started) {
      started = true;
      push(machine.start());
    }
    if (queue.empty() && !waiting_for)
      push(try_again());
    carry_out();
    while (waiting_for && machine.passed() < target) {
      auto events = read(waiting_for->after); // if it throws, the next call asks again
      const auto token = std::exchange(waiting_for, std::nullopt)->token;
      push(machine.on_page(std::move(events), token));
      carry_out();
    }
    refuse_if_standing();
  }

  /// An earlier call ended where the projection stands. For room it only looks: to resume would be
  /// a person's word to run the handler of what ended processes.
  actions try_again() {
    const auto full = std::exchange(waiting_for_room, std::nullopt);
    return full ? machine.on_timer(full->token) : machine.resume();
  }

  /// All but fetches, the last of which is left in `waiting_for`.
  void carry_out() {
    while (!queue.empty()) {
      const auto what = std::move(queue.front());
      queue.pop_front();
      step(what);
    }
  }

  void step(const action& what) {
    if (const auto work = make_job(context, machine, what)) {
      push(work()(machine));
    } else if (const auto* fetch = std::get_if<todo::fetch>(&what)) {
      waiting_for = *fetch;
    } else if (const auto* wake = std::get_if<todo::wake>(&what)) {
      if (machine.full())
        waiting_for_room = *wake;
      refuse_if_standing();
      options.sleep(wake->delay);
      push(machine.on_timer(wake->token));
    } else if (const auto* save = std::get_if<todo::save_later>(&what)) {
      push(save_now(save->advance));
    } else if (const auto* end = std::get_if<todo::end>(&what)) {
      if (end->why == todo::end::reason::store_fault)
        throw_store_fault(end->text);
    }
  }

  actions save_now(const checkpoint_advance& advance) {
    try {
      const ownership owner{machine.record().key, machine.record().epoch};
      return save_position_of(context, owner, advance) == commit_status::committed
                 ? machine.on_saved_later(advance.to)
                 : machine.on_fenced();
    } catch (const std::exception& problem) {
      return machine.on_unsaved(problem.what());
    }
  }

  void push(actions more) {
    std::move(more.begin(), more.end(), std::back_inserter(queue));
    if (machine.state() == projection_state::stopped)
      refuse_if_standing();
  }

  void refuse_if_standing() const {
    const auto text = "projection \"" + to_string(machine.record().key) + "\": " + machine.reason();
    if (machine.full())
      throw usage_error{text};
    switch (machine.state()) {
    case projection_state::failed:
      throw projection_error{text};
    case projection_state::standing_by:
    case projection_state::stopped:
    case projection_state::diverged:
      throw usage_error{text};
    default:
      return;
    }
  }

  /// A new machine begins with the stored record.
  void begin_anew() {
    machine = new_machine(context.spec);
    started = false;
    waiting_for.reset();
    waiting_for_room.reset();
  }

  /// The machine has ended with its claim.
  [[noreturn]] void throw_store_fault(const std::string& why) {
    begin_anew();
    throw store_error{"projection \"" + context.spec->name + "\": " + why};
  }

  void release() {
    if (!machine.claimed())
      return;
    const ownership owner{machine.record().key, machine.record().epoch};
    context.store->release({&owner, 1});
  }

  projector_options options;
  projection_context context;
  projection_machine machine;
  std::deque<action> queue;
  std::optional<todo::fetch> waiting_for; ///< Asked for, and not read yet.
  std::optional<todo::wake> waiting_for_room;
  bool started = false;
};

namespace {

/// The caller's log, known to the projection for as long as the call lasts, however it ends.
class borrowed_log {
 public:
  borrowed_log(projection_context& context, event_store& log) : context_{context} {
    context_.log = std::shared_ptr<event_store>{std::shared_ptr<void>{}, &log};
  }
  ~borrowed_log() { context_.log.reset(); }
  borrowed_log(const borrowed_log&) = delete;
  borrowed_log& operator=(const borrowed_log&) = delete;

 private:
  projection_context& context_;
};

} // namespace

projector::projector(spec_ptr spec, std::shared_ptr<projection_store> records,
                     projector_options options)
    : impl_{std::make_unique<implementation>(std::move(spec), std::move(records),
                                             std::move(options))} {}

projector::~projector() {
  try {
    if (impl_)
      impl_->release();
  } catch (const std::exception&) {
    // the claim then expires by itself
  }
}

projector::projector(projector&&) noexcept = default;
projector& projector::operator=(projector&&) noexcept = default;

void projector::handle(const event& e) {
  const auto one = [&e](position_t after) {
    auto result = std::make_shared<page>();
    result->after = after;
    result->scanned_to = result->head = e.position;
    result->events.push_back(e);
    return result;
  };
  impl_->run({}, one, e.position);
}

std::optional<checkpoint> projector::checkpoint() const {
  auto found = impl_->context.store->load({impl_->context.spec->name, impl_->options.shard});
  if (found && found->position == 0 && found->events_processed == 0)
    return std::nullopt;
  return found;
}

namespace {

/// What the record alone tells.
lag recorded_lag(const checkpoint& record) {
  lag result;
  result.projection = record.key.projection;
  result.last_event_id = result.latest_event_id = record.last_event_id;
  result.lag_seconds = 0;
  result.events = 0;
  result.events_processed = record.events_processed;
  result.last_processed_at = record.last_processed_at;
  return result;
}

} // namespace

std::optional<lag> projector::lag() const {
  const auto record = checkpoint();
  return record ? std::optional{recorded_lag(*record)} : std::nullopt;
}

std::optional<lag> projector::lag(event_store& log) const {
  const auto record = checkpoint();
  if (!record)
    return std::nullopt;
  auto result = recorded_lag(*record);
  const auto passed = std::max(impl_->machine.passed(), record->position);
  const auto head = log.head();
  if (const auto newest = log.mark_at(head))
    result.latest_event_id = newest->event_id;
  result.events = std::max<position_t>(0, head - passed);
  if (const auto oldest = log.mark_at(passed + 1))
    result.lag_seconds = seconds_since_recorded(log, oldest->recorded_at);
  return result;
}

void projector::reset() {
  auto& self = *impl_;
  require_truncate(*self.context.spec);
  const claim_order order{.spec = self.context.spec,
                          .shard = self.options.shard,
                          .store = self.context.store,
                          .log = self.context.log,
                          .state = self.context.state,
                          .owner = self.context.owner,
                          .owner_timeout = self.context.owner_timeout};
  begin_anew(order);
  if (self.context.state) {
    const std::lock_guard lock{self.context.state->guard};
    self.context.state->object = new_state(*self.context.spec);
  }
  self.begin_anew();
}

std::int64_t projector::resume(event_store& log) {
  auto& self = *impl_;
  const auto before = self.machine.record().events_processed;
  const bool fresh = !self.machine.claimed();
  const borrowed_log borrowed{self.context, log};
  const auto read = [&log](position_t after) {
    return std::make_shared<const page>(log.read_all(after));
  };
  std::int64_t started_with = before;
  if (fresh) {
    self.run({}, read, 0);
    started_with = self.machine.record().events_processed;
  }
  self.run({}, read, log.head());
  self.run(self.machine.on_save_tick(), read, 0);
  return self.machine.record().events_processed - started_with;
}

std::int64_t projector::rebuild(event_store& log,
                                const std::function<void(const progress&)>& report) {
  auto& self = *impl_;
  const borrowed_log borrowed{self.context, log};
  reset();
  const auto head = log.head();
  std::int64_t reported = 0;
  const auto tell = [&] {
    if (report)
      report({self.machine.record().events_processed, self.machine.passed(), head});
    reported = self.machine.record().events_processed;
  };
  const auto read = [&](position_t after) {
    if (self.machine.record().events_processed - reported >= 1'000)
      tell();
    return std::make_shared<const page>(log.read_all(after));
  };
  self.run({}, read, head);
  self.run(self.machine.on_save_tick(), read, 0);
  tell();
  return self.machine.record().events_processed;
}

const void* projector::state_of(const void* type) const {
  const auto& spec = *impl_->context.spec;
  if (spec.where != effect::memory || spec.state_type != type)
    throw usage_error{"projection \"" + spec.name +
                      "\" keeps no state of that type in memory: ask for the type it was built "
                      "with, projection::in_memory<State>"};
  return impl_->context.state->object.get();
}

} // namespace waymark
