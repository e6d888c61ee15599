#include "actors/claim.hpp"
#include "messages/deadline.hpp"
#include "supervisors/engine_implementation.hpp"
#include "supervisors/engine_status.hpp"
#include "supervisors/leftover_claims.hpp"
#include "supervisors/options_mistake.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <thread>

namespace waymark {

namespace {

void refuse_bad_tree(const std::vector<supervision>& supervisors) {
  const auto mistakes = validate(projections_tree(supervisors));
  if (!mistakes.empty())
    throw usage_error{"the supervision tree is wrong at " + mistakes.front().path + ": " +
                      mistakes.front().text};
}

/// The reset is done, so a store that is away by now must not make it look undone.
std::int64_t generation_after_reset(const board_entry& before) {
  try {
    const auto stored = before.store->load(before.status.key);
    return stored ? stored->generation : 0;
  } catch (const store_error&) {
    return before.record.generation + 1;
  }
}

/// Names of the projections that somebody else may be at work on.
std::set<std::string> find_owned(projection_store& records) {
  std::set<std::string> owned;
  for (const auto& each : records.load_all())
    if (each.owner && !is_provably_dead(*each.owner))
      owned.insert(each.key.projection);
  return owned;
}

/// @returns those whose tables are there. Those of a projection that rebuilds may fit only once its
/// reset has dropped what they are for: its claim tries them again.
std::vector<spec_ptr> make_tables_one_by_one(projection_store& records,
                                             const std::vector<spec_ptr>& of) {
  std::vector<spec_ptr> made;
  for (const auto& spec : of)
    try {
      records.prepare_tables(spec->tables);
      made.push_back(spec);
    } catch (const projection_error&) {
      if (spec->on_new_version != new_version::rebuild)
        throw;
    } catch (const store_error&) { // as below
    }
  return made;
}

/// Makes the tables of these projections, which keep their records there, in one transaction. What
/// an owner may have locked for long, or for good if it is frozen, is left to their claim, which
/// makes tables too; all is, if it can't be done now.
/// @returns those whose tables are there.
std::vector<spec_ptr> make_tables(projection_store& records, std::span<const spec_ptr> of) {
  std::vector<spec_ptr> without, made;
  std::vector<std::string> tables;
  std::optional<std::set<std::string>> owned;
  for (const auto& spec : of) {
    if (!spec->tables.empty() && !owned)
      owned = find_owned(records);
    if (spec->tables.empty())
      without.push_back(spec);
    else if (owned->count(spec->name) == 0) {
      made.push_back(spec);
      tables.insert(tables.end(), spec->tables.begin(), spec->tables.end());
    }
  }
  try {
    records.prepare_tables(tables);
  } catch (const store_error&) {
    return without;
  } catch (const projection_error&) {
    made = make_tables_one_by_one(records, made);
  }
  made.insert(made.end(), without.begin(), without.end());
  return made;
}

} // namespace

engine::engine(store where, engine_options options) {
  if (!where.events || !where.projections)
    throw usage_error{"an engine needs an opened store: engine{waymark::open(\"sqlite:FILE\")}"};
  if (const auto mistake = find_mistake(options))
    throw usage_error{*mistake};
  refuse_bad_tree(options.supervisors);
  impl_ = std::make_unique<implementation>(std::move(where), std::move(options));
}

engine::~engine() {
  impl_->actors.stop(impl_->context->options.drain_deadline);
}

projection_handle engine::start(spec_ptr spec) {
  refuse_inside_handler("engine.start");
  const std::lock_guard lock{impl_->starting};
  impl_->require_startable(spec);
  static_cast<void>(make_tables(*impl_->records_for(*spec), {&spec, 1}));
  impl_->start_actors(spec);
  return {this, spec->name};
}

void engine::start(const std::vector<spec_ptr>& specs) {
  refuse_inside_handler("engine.start");
  const std::lock_guard lock{impl_->starting};
  std::map<std::shared_ptr<projection_store>, std::vector<spec_ptr>> by_store;
  std::set<std::string> names;
  for (const auto& spec : specs) {
    impl_->require_startable(spec);
    if (!names.insert(spec->name).second)
      throw usage_error{"two projections are named \"" + spec->name +
                        "\": give one of them another name"};
    by_store[impl_->records_for(*spec)].push_back(spec);
  }
  std::vector<spec_ptr> with_tables;
  for (const auto& [records, kept_there] : by_store) {
    const auto made = make_tables(*records, kept_there);
    with_tables.insert(with_tables.end(), made.begin(), made.end());
  }
  for (const auto& spec : with_tables)
    impl_->claim_together(spec);
  auto next = specs.begin();
  try {
    for (; next != specs.end(); ++next)
      impl_->start_actors(*next);
  } catch (...) {
    for (; next != specs.end(); ++next)
      release_unused(*impl_->context, *impl_->records_for(**next), (*next)->name);
    throw;
  }
}

void engine::implementation::require_startable(const spec_ptr& spec) const {
  require_spec(spec);
  if (const auto mistake = find_mistake(*spec))
    throw usage_error{*mistake};
  if (!context->shown->find(spec->name).empty())
    throw usage_error{"a projection \"" + spec->name +
                      "\" is started already: give this one another name, or stop that one first"};
}

// A rebuild for a new version comes before the claim, and a state in memory has no table to claim.
void engine::implementation::claim_together(const spec_ptr& spec) {
  if (spec->on_new_version == new_version::rebuild || spec->where == effect::memory)
    return;
  const auto records = records_for(*spec);
  std::vector<claim_request> requests;
  for (int i = 0; i < spec->shards; ++i)
    requests.push_back(request_of({spec, i, records, context->where.events, nullptr,
                                   context->owner, context->options.owner_timeout}));
  context->together->add(*records, std::move(requests));
}

void engine::implementation::start_actors(const spec_ptr& spec) {
  auto& shown = *context->shown;
  const auto records = records_for(*spec);
  records->allow_handlers(spec->name,
                          spec->handler_timeout.value_or(context->options.handler_timeout));
  std::shared_ptr<memory_state> state;
  if (spec->where == effect::memory) {
    state = std::make_shared<memory_state>();
    state->object = new_state(*spec);
  }
  try {
    for (int i = 0; i < spec->shards; ++i) {
      board_entry entry{spec, records, state, {}, {}, {}};
      entry.status.key = entry.record.key = {spec->name, i};
      entry.status.since = clock::system().now();
      shown.add({spec->name, i}, std::move(entry));
    }
    actors.add(spec, records, state);
  } catch (...) {
    shown.remove(spec->name);
    throw;
  }
}

projection_handle engine::handle(std::string_view name) {
  static_cast<void>(impl_->shards_of(name));
  return {this, std::string{name}};
}

std::vector<std::string> engine::names() const {
  return impl_->context->shown->names();
}

void engine::stop(std::string_view name) {
  refuse_inside_handler("engine.stop");
  const auto records = impl_->shards_of(name).front().store;
  impl_->actors.remove(std::string{name}, *records);
  impl_->context->shown->remove(name);
}

bool engine::stop(std::optional<std::chrono::milliseconds> deadline) {
  refuse_inside_handler("engine.stop");
  return impl_->actors.stop(deadline.value_or(impl_->context->options.drain_deadline));
}

void engine::pause(std::string_view name, const mandate& as) {
  static_cast<void>(impl_->shards_of(name));
  impl_->actors.require_running();
  impl_->context->shown->set_paused(name, as);
  impl_->command_all(name, projection_command::kind::pause, as);
}

void engine::resume(std::string_view name, const mandate& as) {
  static_cast<void>(impl_->shards_of(name));
  impl_->actors.require_running();
  impl_->context->shown->set_paused(name, std::nullopt);
  impl_->actors.restart(std::string{name},
                        impl_->command_all(name, projection_command::kind::resume, as));
}

void engine::discard_event(std::string_view name, std::optional<position_t> position,
                           const mandate& as) {
  const auto shards = impl_->shards_of(name);
  const auto stopped = stopped_shards(shards, position);
  if (stopped.empty())
    throw usage_error{impl_->explain(shards) + ": it is not stopped before " +
                      (position ? "the event at position " + std::to_string(*position)
                                : "an event") +
                      ", and there is nothing to discard"};
  if (stopped.size() > 1)
    throw usage_error{impl_->explain(shards) + "; " + std::to_string(stopped.size()) +
                      " of its shards are stopped, each before an event of its own: name the "
                      "position of the one to discard"};
  const auto& shard = *stopped.front();
  projection_command command;
  command.what = projection_command::kind::discard;
  command.as = as;
  command.position = *shard.status.evidence.stopped_before;
  if (!impl_->actors.command(shard.status.key, command))
    impl_->require_taken(name, {shard.status.key});
}

void engine::take_over(std::string_view name, const mandate& as) {
  impl_->require_taken(name,
                       impl_->command_all(name, projection_command::kind::take_over, as));
}

void engine::reset(std::string_view name, const mandate& as) {
  refuse_inside_handler("engine.reset");
  const auto shards = impl_->shards_of(name);
  impl_->actors.require_running();
  for (const auto& shard : shards)
    if (shard.status.evidence.unrecoverable) // and holds what a reset would wait for
      throw not_possible_now{impl_->explain(shards) + "; it can't be reset before that"};
  const auto& first = shards.front();
  require_truncate(*first.spec);
  const claim_order order{.spec = first.spec,
                          .store = first.store,
                          .log = impl_->context->where.events,
                          .owner = impl_->context->owner};
  try {
    impl_->command_all(name, projection_command::kind::hold);
    begin_anew(order);
  } catch (...) {
    impl_->command_all(name, projection_command::kind::release_hold);
    throw;
  }
  impl_->context->log->write(log_level::warning, "reset", name,
                             "begins anew: reset by " + as.in_words());
  auto& shown = *impl_->context->shown;
  shown.set_paused(name, std::nullopt);
  shown.forget_progress(name, generation_after_reset(first), clock::system().now());
  impl_->actors.restart(std::string{name},
                        impl_->command_all(name, projection_command::kind::begin_again));
}

void engine::rebuild(std::string_view name, const mandate& as, const rebuild_options& options) {
  const auto deadline = deadline_in(options.timeout);
  const auto target = head();
  reset(name, as);
  const auto& log = *impl_->context->log;
  log.write(log_level::info, "rebuild", name,
            "starts, up to position " + std::to_string(target) + ": asked for by " +
                as.in_words());
  std::int64_t logged = 0;
  auto next_log = std::chrono::steady_clock::now();
  for (bool done = false; !done;) {
    const auto slice = std::min(deadline, deadline_in(std::chrono::milliseconds{100}));
    const auto result = impl_->try_wait(name, {0, target, {}}, slice);
    if (result == wait_result::stopped)
      throw projection_stands{explain(name) + "; the rebuild did not finish"};
    done = result.has_value();
    if (!done && std::chrono::steady_clock::now() >= deadline)
      throw timeout_error{"the rebuild did not come to position " + std::to_string(target) +
                          " in " + std::to_string(options.timeout.count()) +
                          " ms: " + explain(name)};
    const auto shards = impl_->shards_of(name);
    rebuild_progress so_far{std::string{name}, impl_->status(shards).passed, target, 0, done};
    for (const auto& shard : shards)
      so_far.handled += shard.record.events_processed;
    if (options.report)
      options.report(so_far);
    if (so_far.handled - logged >= 1'000 && std::chrono::steady_clock::now() >= next_log) {
      logged = so_far.handled;
      next_log = std::chrono::steady_clock::now() + std::chrono::seconds{1};
      log.write(log_level::info, "rebuild", name,
                std::to_string(logged) + " events processed, position " +
                    std::to_string(so_far.position) + " of " + std::to_string(target));
    }
  }
  log.write(log_level::info, "rebuild", name, "is complete at position " + std::to_string(target));
}

appended engine::append(append_command command) {
  std::vector<append_command> one;
  one.push_back(std::move(command));
  return append_all(std::move(one)).front().value_or_throw();
}

std::vector<append_result> engine::append_all(std::vector<append_command> commands) {
  refuse_inside_handler("engine.append");
  if (commands.empty())
    return {};
  for (auto& command : commands)
    for (auto& e : command.events)
      if (!e.event_id)
        e.event_id = uuid::v7(); // so that a lost reply can be settled
  const auto slot = std::make_shared<append_slot>(std::move(commands));
  if (impl_->context->queue->push(slot))
    impl_->actors.wake_append();
  return slot->wait();
}

event_store& engine::log() const noexcept {
  return *impl_->context->where.events;
}

position_t engine::head() const {
  return log().head();
}

} // namespace waymark
