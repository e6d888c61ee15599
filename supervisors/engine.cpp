#include <waymark/supervisors/engine.hpp>

#include "supervisors/engine_actors.hpp"
#include "supervisors/engine_status.hpp"
#include "supervisors/explain.hpp"

#include "persistence/memory/memory_projection_store.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <thread>

namespace waymark {

namespace {

constexpr std::chrono::seconds command_timeout{10};

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text.empty() ? "none" : text;
}

bool stands(projection_state state) {
  return state == projection_state::stopped || state == projection_state::failed ||
         state == projection_state::diverged || state == projection_state::ended;
}

void refuse_inside_handler(const char* what) {
  if (inside_handler())
    throw usage_error{
        std::string{what} +
        " was called inside a handler, which it would wait for: call it elsewhere, or "
        "make the projection one of outside effects"};
}

void refuse_bad_tree(const std::vector<supervision>& supervisors) {
  const auto mistakes = validate(projections_tree(supervisors));
  if (!mistakes.empty())
    throw usage_error{"the supervision tree is wrong at " + mistakes.front().path + ": " +
                      mistakes.front().text};
}

} // namespace

struct engine::implementation {
  implementation(store where, engine_options options)
      : context{std::make_shared<engine_context>(std::move(where), std::move(options))},
        actors{context} {}

  [[nodiscard]] std::vector<board_entry> shards_of(std::string_view name) const {
    auto shards = context->shown->find(name);
    if (shards.empty())
      throw usage_error{"there is no projection \"" + std::string{name} +
                        "\"; started: " + list_of(context->shown->names())};
    return shards;
  }

  [[nodiscard]] waymark::lag lag(const std::vector<board_entry>& shards) const {
    return lag_of(shards, *context->where.events);
  }
  [[nodiscard]] projection_status status(const std::vector<board_entry>& shards) const {
    return join_status(shards, context->shown->head());
  }
  [[nodiscard]] std::string explain(const std::vector<board_entry>& shards) const {
    return explain_status(status(shards), lag(shards));
  }

  std::shared_ptr<projection_store> records_for(const projection_spec& spec) {
    if (spec.into)
      return spec.into;
    return spec.where == effect::memory ? memory_records : context->where.projections;
  }

  bool command_all(std::string_view name, projection_command::kind what,
                   const std::string& why = {}) {
    bool all = true;
    for (const auto& shard : shards_of(name))
      all = actors.command(shard.status.key, what, why, command_timeout) && all;
    return all;
  }

  [[nodiscard]] bool set_aside(const std::vector<board_entry>& shards, position_t first,
                               position_t last) const;
  [[nodiscard]] bool is_set_aside(const std::vector<board_entry>& shards, const event& e) const;

  std::shared_ptr<engine_context> context;
  std::shared_ptr<projection_store> memory_records = make_memory_projection_store();
  std::mutex starting;
  engine_actors actors;
};

engine::engine(store where, engine_options options) {
  if (!where.events || !where.projections)
    throw usage_error{"an engine needs an opened store: engine{waymark::open(\"sqlite:FILE\")}"};
  refuse_bad_tree(options.supervisors);
  impl_ = std::make_unique<implementation>(std::move(where), std::move(options));
}

engine::~engine() {
  impl_->actors.stop(impl_->context->options.drain_deadline);
}

// -- projections ----------------------------------------------------------------------------------

projection_handle engine::start(spec_ptr spec) {
  if (const auto mistake = find_mistake(*spec))
    throw usage_error{*mistake};
  const std::lock_guard lock{impl_->starting};
  auto& shown = *impl_->context->shown;
  if (!shown.find(spec->name).empty())
    throw usage_error{"a projection \"" + spec->name +
                      "\" is started already: give this one another name, or stop that one first"};
  const auto records = impl_->records_for(*spec);
  records->prepare_tables(spec->tables);
  std::shared_ptr<memory_state> state;
  if (spec->where == effect::memory) {
    state = std::make_shared<memory_state>();
    state->object = spec->make_state();
  }
  for (int i = 0; i < spec->shards; ++i) {
    board_entry entry{spec, records, state, {}, {}, {}};
    entry.status.key = entry.record.key = {spec->name, i};
    entry.status.since = clock::system().now();
    shown.add({spec->name, i}, std::move(entry));
  }
  try {
    impl_->actors.add(spec, records, state);
  } catch (...) {
    shown.remove(spec->name);
    throw;
  }
  return {this, spec->name};
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
  static_cast<void>(impl_->shards_of(name));
  impl_->actors.remove(std::string{name});
  impl_->context->shown->remove(name);
}

bool engine::stop(std::optional<std::chrono::milliseconds> deadline) {
  refuse_inside_handler("engine.stop");
  return impl_->actors.stop(deadline.value_or(impl_->context->options.drain_deadline));
}

void engine::pause(std::string_view name, std::string why) {
  static_cast<void>(impl_->shards_of(name));
  impl_->context->shown->set_paused(name, why);
  impl_->command_all(name, projection_command::kind::pause, why);
}

void engine::resume(std::string_view name) {
  static_cast<void>(impl_->shards_of(name));
  impl_->context->shown->set_paused(name, std::nullopt);
  if (!impl_->command_all(name, projection_command::kind::resume))
    impl_->actors.restart(std::string{name}); // its actor is down: start it now
}

void engine::discard(std::string_view name) {
  const auto shards = impl_->shards_of(name);
  const bool stopped = std::any_of(shards.begin(), shards.end(), [](const auto& shard) {
    return shard.status.state == projection_state::stopped;
  });
  if (!stopped)
    throw usage_error{impl_->explain(shards) +
                      ": there is no event to discard, since it is not stopped before one"};
  impl_->command_all(name, projection_command::kind::discard);
}

void engine::reset(std::string_view name) {
  refuse_inside_handler("engine.reset");
  const auto shards = impl_->shards_of(name);
  const auto& first = shards.front();
  claim_order order;
  order.spec = first.spec;
  order.store = first.store;
  order.log = impl_->context->where.events;
  order.owner = impl_->context->owner;
  impl_->command_all(name, projection_command::kind::hold);
  try {
    first.store->reset(request_of(order), first.spec->truncate);
  } catch (...) {
    impl_->command_all(name, projection_command::kind::begin_again);
    throw;
  }
  auto& shown = *impl_->context->shown;
  const auto now_stored = first.store->load(first.status.key);
  shown.set_paused(name, std::nullopt);
  shown.forget_progress(name, now_stored ? now_stored->generation : 0, clock::system().now());
  if (!impl_->command_all(name, projection_command::kind::begin_again))
    impl_->actors.restart(std::string{name});
}

void engine::rebuild(std::string_view name, const std::function<void(const progress&)>& report,
                     std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto target = head();
  reset(name);
  const auto& log = *impl_->context->log;
  log.write(log_level::info, "rebuild", name, "starts, up to position " + std::to_string(target));
  std::int64_t logged = 0;
  auto next_log = std::chrono::steady_clock::now();
  for (bool done = false; !done;) {
    const auto slice = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
    try {
      const auto now = std::chrono::steady_clock::now();
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(std::min(slice, deadline) - now);
      if (wait_until(name, target, std::max(left, std::chrono::milliseconds{0})) ==
          wait_result::stopped)
        throw error{explain(name) + "; the rebuild did not finish"};
      done = true;
    } catch (const timeout_error&) {
      if (std::chrono::steady_clock::now() >= deadline)
        throw;
    }
    const auto shards = impl_->shards_of(name);
    progress so_far{std::string{name}, impl_->status(shards).passed, target, 0, done};
    for (const auto& shard : shards)
      so_far.handled += shard.record.events_processed;
    if (report)
      report(so_far);
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

// -- the log --------------------------------------------------------------------------------------

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

event_store& engine::log() noexcept {
  return *impl_->context->where.events;
}

position_t engine::head() {
  return log().head();
}

// -- watching -------------------------------------------------------------------------------------

std::vector<projection_status> engine::status() const {
  std::vector<projection_status> result;
  for (const auto& name : names())
    if (const auto shards = impl_->context->shown->find(name); !shards.empty())
      result.push_back(impl_->status(shards));
  return result;
}

projection_status engine::status(std::string_view name) const {
  return impl_->status(impl_->shards_of(name));
}

lag engine::lag(std::string_view name) const {
  return impl_->lag(impl_->shards_of(name));
}

health engine::health(std::string_view name) const {
  const auto shards = impl_->shards_of(name);
  return health_of(impl_->status(shards), impl_->lag(shards), impl_->context->options.health);
}

std::optional<checkpoint> engine::checkpoint(std::string_view name, int shard) const {
  const auto shards = impl_->shards_of(name);
  if (shard < 0 || shard >= static_cast<int>(shards.size()))
    throw usage_error{"projection \"" + std::string{name} + "\" has " +
                      std::to_string(shards.size()) + " shards, not a shard " +
                      std::to_string(shard)};
  return shards.front().store->load({std::string{name}, shard});
}

std::vector<dead_letter> engine::dead_letters(const letter_query& query) const {
  std::vector<std::shared_ptr<projection_store>> stores;
  for (const auto& entry : impl_->context->shown->all())
    if ((!query.projection || *query.projection == entry.status.key.projection) &&
        std::find(stores.begin(), stores.end(), entry.store) == stores.end())
      stores.push_back(entry.store);
  if (stores.empty())
    stores.push_back(impl_->context->where.projections);
  std::vector<dead_letter> result;
  for (const auto& store : stores) {
    auto some = store->letters(query);
    std::move(some.begin(), some.end(), std::back_inserter(result));
  }
  if (result.size() > query.limit)
    result.resize(query.limit);
  return result;
}

std::string engine::explain(std::string_view name) const {
  return impl_->explain(impl_->shards_of(name));
}

bool engine::implementation::set_aside(const std::vector<board_entry>& shards, position_t first,
                                       position_t last) const {
  const bool any = std::any_of(shards.begin(), shards.end(), [](const board_entry& shard) {
    return shard.status.set_aside.letters > 0 || shard.status.set_aside.parked_events > 0;
  });
  if (!any)
    return false;
  const auto wanted = shards.front().spec->wanted();
  for (auto after = first - 1; after < last;) {
    read_limit limit;
    limit.max_scanned = static_cast<std::size_t>(last - after);
    const auto found = context->where.events->read_all(after, limit, wanted);
    for (const auto& e : found.events)
      if (e.position <= last && is_set_aside(shards, e))
        return true;
    if (found.scanned_to <= after)
      return false;
    after = found.scanned_to;
  }
  return false;
}

bool engine::implementation::is_set_aside(const std::vector<board_entry>& shards,
                                          const event& e) const {
  const auto& spec = *shards.front().spec;
  std::string key; // stays empty if there is none, as in the letter
  try {
    key = spec.key_of(e);
  } catch (const decode_error&) {
  }
  const auto& shard = shards[key.empty() ? 0 : static_cast<std::size_t>(spec.shard_of(key))];
  const auto parked = shard.store->parked_positions(shard.status.key, key);
  if (std::binary_search(parked.begin(), parked.end(), e.position))
    return true;
  letter_query letters{spec.name, key, 0, 1'000};
  for (bool more = true; more;) {
    const auto some = shard.store->letters(letters);
    for (const auto& letter : some) {
      if (letter.position == e.position && letter.generation == shard.record.generation)
        return true;
      letters.after_id = letter.id;
    }
    more = some.size() == letters.limit;
  }
  return false;
}

namespace {

/// Blocks until all shards have passed `target`, or one stands before it.
wait_result wait_for_shards(const board& shown, std::string_view name, position_t target,
                            std::chrono::milliseconds timeout, std::vector<board_entry>& found) {
  auto result = wait_result::reached;
  const auto done = [&](const std::vector<board_entry>& shards) {
    found = shards;
    if (shards.empty()) { // it was stopped meanwhile
      result = wait_result::stopped;
      return true;
    }
    bool all = true;
    for (const auto& shard : shards) {
      if (shard.status.passed >= target)
        continue;
      all = false;
      if (stands(shard.status.state)) {
        result = wait_result::stopped;
        return true;
      }
    }
    return all;
  };
  if (!shown.wait(name, done, std::chrono::steady_clock::now() + timeout))
    throw timeout_error{""};
  return result;
}

} // namespace

wait_result engine::wait_until(std::string_view name, position_t position,
                               std::chrono::milliseconds timeout) const {
  appended token;
  token.first_position = token.last_position = position;
  return wait_until(name, token, timeout);
}

wait_result engine::wait_until(std::string_view name, const appended& token,
                               std::chrono::milliseconds timeout) const {
  refuse_inside_handler("wait_until");
  auto shards = impl_->shards_of(name);
  try {
    const auto result =
        wait_for_shards(*impl_->context->shown, name, token.last_position, timeout, shards);
    if (result == wait_result::reached && token.first_position > 0 &&
        impl_->set_aside(shards, token.first_position, token.last_position))
      return wait_result::parked;
    return result;
  } catch (const timeout_error&) {
    throw timeout_error{"position " + std::to_string(token.last_position) + " was not reached in " +
                        std::to_string(timeout.count()) + " ms: " + explain(name)};
  }
}

wait_result engine::wait_until_caught_up(std::string_view name,
                                         std::chrono::milliseconds timeout) const {
  appended token;
  token.last_position = impl_->context->where.events->head();
  return wait_until(name, token, timeout);
}

// -- reading --------------------------------------------------------------------------------------

void engine::read_tables(std::string_view name,
                         const std::function<void(read_model&)>& queries) const {
  const auto shards = impl_->shards_of(name);
  const auto& first = shards.front();
  if (first.spec->where != effect::database)
    throw usage_error{"projection \"" + std::string{name} +
                      "\" has no tables: read an in-memory state with read<State>(name, function)"};
  first.store->read(queries);
}

void engine::read_state(std::string_view name, const void* type,
                        const std::function<void(const void*)>& look) const {
  refuse_inside_handler("engine.read of a state in memory");
  const auto shards = impl_->shards_of(name);
  const auto& first = shards.front();
  if (first.spec->where != effect::memory || first.spec->state_type != type)
    throw usage_error{"projection \"" + std::string{name} +
                      "\" keeps no state of that type in memory: ask for the State that it was "
                      "built with"};
  const std::lock_guard lock{first.state->guard};
  look(first.state->object.get());
}

// -- handles --------------------------------------------------------------------------------------

wait_result projection_handle::wait_until(const appended& token,
                                          std::chrono::milliseconds timeout) const {
  return engine_->wait_until(name_, token, timeout);
}

wait_result projection_handle::wait_until(position_t position,
                                          std::chrono::milliseconds timeout) const {
  return engine_->wait_until(name_, position, timeout);
}

wait_result projection_handle::wait_until_caught_up(std::chrono::milliseconds timeout) const {
  return engine_->wait_until_caught_up(name_, timeout);
}

projection_status projection_handle::status() const {
  return engine_->status(name_);
}

lag projection_handle::lag() const {
  return engine_->lag(name_);
}

} // namespace waymark
