#include "supervisors/engine_actors.hpp"

#include "actors/atoms.hpp"
#include "actors/coordinator_actor.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"
#include "messages/deadline.hpp"
#include "persistence/crash_record.hpp"
#include "supervisors/engine_tree.hpp"
#include "supervisors/groups.hpp"
#include "supervisors/leftover_claims.hpp"

#include <waymark/messages/clock.hpp>
#include <waymark/messages/error.hpp>

#include <caf/actor_registry.hpp>
#include <caf/atom.hpp>
#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <vector>

namespace waymark {

namespace {

constexpr std::chrono::seconds request_timeout{10};

/// CAF notes in each thread which system it used last, and the end of a system waits until all
/// threads have forgotten it. One that lives on would hold that up for ever.
struct forgets_system {
  forgets_system() = default;
  ~forgets_system() { caf::logger::set_current_actor_system(nullptr); }
  forgets_system(const forgets_system&) = delete;
  forgets_system& operator=(const forgets_system&) = delete;
};

/// Asks actors from any thread, and leaves no trace in it.
class asker {
 public:
  explicit asker(caf::actor_system& system) : self_{system} {}
  [[nodiscard]] auto operator->() const { return self_.operator->(); }

 private:
  forgets_system after_;
  caf::scoped_actor self_;
};

/// Handlers run on the sessions' threads. More of these than two make a message no faster, and wake
/// each other.
constexpr int enough_threads = 2;

} // namespace

/// The actor system, and the one handle from which everything hangs.
struct engine_actors::host {
  struct config : caf::actor_system_config {
    explicit config(int threads) {
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-throughput", std::size_t{50});
      set("scheduler.max-threads",
          static_cast<std::size_t>(threads > 0 ? threads : enough_threads));
    }
  };
  explicit host(int threads) : settings{threads}, system{settings} {}
  config settings;
  caf::actor_system system;
  caf::actor root;
};

namespace {

/// A supervisor leaves behind what does not end, so its own end does not say that all have ended.
/// To end the system before that would wait for a thread that may never come back.
template <class Host>
bool all_have_ended(Host& in, std::chrono::steady_clock::time_point until) {
  while (in.system.registry().running() > 0) {
    if (std::chrono::steady_clock::now() >= until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// Keeps what an actor that hangs still uses, to the end of the process.
void leave_behind(std::shared_ptr<void> what) {
  static auto& kept = *new std::vector<std::shared_ptr<void>>;
  static std::mutex mutex;
  const std::lock_guard lock{mutex};
  kept.push_back(std::move(what));
}

} // namespace

engine_actors::engine_actors(std::shared_ptr<engine_context> context)
    : context_{std::move(context)}, host_{std::make_shared<host>(context_->options.threads)} {
  const forgets_system at_end;
  host_->root = spawn_root(host_->system, context_);
  context_->others->enter(roles::root, host_->root);
  host_->root->attach_functor([context = context_](const caf::error& reason) {
    if (code_of(reason) != exit_code::normal)
      on_root_lost(*context, render(reason));
  });
}

engine_actors::~engine_actors() {
  stop(std::chrono::milliseconds{0});
}

std::shared_ptr<engine_actors::host> engine_actors::running() const {
  const std::lock_guard lock{mutex_};
  if (!host_)
    throw usage_error{"the engine has been stopped: make a new one"};
  return host_;
}

void engine_actors::on_root_lost(engine_context& context, const std::string& why) {
  const auto text = "the engine has given up: " + why + "; make a new one";
  context.queue->fail_rest(text);
  const auto now = clock::system().now();
  for (const auto& entry : context.shown->all())
    context.shown->set_state(entry.status.key, projection_state::failed, text, now);
  context.log->write(log_level::error, "failed", "engine", text);
}

caf::actor engine_actors::supervisor_named(host& in, const std::string& name) {
  asker self{in.system};
  caf::actor found;
  std::string problem;
  self->request(in.root, request_timeout, child_atom_v, name)
      .receive([&](const caf::actor& a) { found = a; },
               [&](const caf::error& e) { problem = render(e); });
  if (!found)
    throw not_possible_now{"the supervisor \"" + name + "\" does not answer: " + problem};
  return found;
}

void engine_actors::add_child(host& in, const std::string& supervisor, child_spec child) {
  const auto to = supervisor_named(in, supervisor);
  asker self{in.system};
  std::string problem;
  bool too_late = false;
  const auto name = child.name;
  self->request(to, request_timeout, add_child_atom_v, std::move(child))
      .receive([] {}, [&](const caf::error& e) {
        problem = render(e);
        too_late = e == caf::sec::request_timeout;
        if (too_late) // and is added later, unless it is removed then
          compat::anon_tell(to, remove_child_atom_v, name);
      });
  const auto text = "\"" + name + "\" could not be started: " + problem;
  if (too_late)
    throw not_possible_now{text};
  if (!problem.empty())
    throw usage_error{text};
}

child_snapshot engine_actors::tree() const {
  const auto in = running();
  asker self{in->system};
  child_snapshot found;
  std::string problem;
  self->request(in->root, request_timeout, snapshot_atom_v)
      .receive([&](child_snapshot& s) { found = std::move(s); },
               [&](const caf::error& e) { problem = render(e); });
  if (!problem.empty())
    throw not_possible_now{"the supervision tree does not answer: " + problem};
  return found;
}

std::string engine_actors::pool_for(const std::shared_ptr<projection_store>& records,
                                    effect where) {
  // Handlers with outside effects must not hold up a file's only session.
  const bool apart = where == effect::outside;
  const auto in = running();
  const std::lock_guard lock{mutex_};
  auto& role = pools_[{records, apart}];
  if (!role.empty())
    return role;
  const auto name = roles::session_pool(static_cast<int>(pools_.size()));
  add_child(*in, roles::sessions,
            sessions_child(context_, name, apart ? 4 : records->max_sessions()));
  role = name;
  return role;
}

void engine_actors::renew_in(const std::shared_ptr<projection_store>& records) {
  const auto in = running();
  const std::lock_guard lock{mutex_};
  if (renewed_.contains(records))
    return;
  const auto name = roles::renewal(static_cast<int>(renewed_.size()) + 1);
  add_child(*in, roles::sessions, renewal_child(context_, name, records));
  renewed_.insert(records);
}

void engine_actors::add(const spec_ptr& spec, const std::shared_ptr<projection_store>& records,
                        const std::shared_ptr<memory_state>& state) {
  const auto in = running();
  const shard_pools pools{pool_for(records, spec->where), pool_for(records, effect::database)};
  const auto top = projections_tree().name;
  renew_in(records);
  const auto to = supervisor_named(*in, top);
  context_->claims->enter(spec->name, records);
  try {
    add_child(*in, top, projection_child(context_, spec, records, state, pools));
    start_supervisors_above(*in, to, spec->name);
  } catch (...) {
    forget(spec->name, *records);
    throw;
  }
}

void engine_actors::remove(const std::string& projection, projection_store& records) {
  const auto in = running();
  const auto from = supervisor_named(*in, projections_tree().name);
  asker self{in->system};
  std::string problem;
  self->request(from, caf::infinite, remove_child_atom_v, projection)
      .receive([] {}, [&](const caf::error& e) { problem = render(e); });
  if (!problem.empty())
    throw not_possible_now{"projection \"" + projection + "\" could not be stopped: " + problem};
  forget(projection, records);
}

void engine_actors::forget(const std::string& projection, projection_store& records) {
  release_unused(*context_, records, projection);
  if (const auto to = context_->others->find(roles::coordinator))
    compat::anon_tell(to, unsubscribe_atom_v, projection);
  context_->claims->leave(projection);
  for (const auto& key : context_->remove_shards(projection))
    context_->others->leave(roles::projection(key));
}

bool engine_actors::restart_child(host& in, const caf::actor& supervisor,
                                  const std::string& name) const {
  asker self{in.system};
  bool done = false;
  self->request(supervisor, request_timeout, restart_child_atom_v, name)
      .receive([&] { done = true; },
               [&](const caf::error& e) {
                 context_->log->write(log_level::warning, "restart", name, render(e));
               });
  return done;
}

bool engine_actors::is_up(host& in, const caf::actor& supervisor, const std::string& name) {
  asker self{in.system};
  bool up = false;
  self->request(supervisor, request_timeout, child_atom_v, name)
      .receive([&](const caf::actor&) { up = true; }, [](const caf::error&) {});
  return up;
}

/// Of those between `top` and a projection's actors, the ones that were given up: from the top
/// down.
void engine_actors::start_supervisors_above(host& in, const caf::actor& top,
                                            const std::string& projection) const {
  for (const auto& above :
       supervisors_above(projections_tree(context_->options.supervisors), projection))
    if (!is_up(in, top, above))
      restart_child(in, top, above);
}

void engine_actors::restart(const std::string& projection, const std::vector<shard_key>& shards) {
  if (shards.empty())
    return;
  const auto in = running();
  const auto from = supervisor_named(*in, projections_tree().name);
  for (const auto& key : shards)
    context_->shown->set_state(key, projection_state::starting, "", clock::system().now());
  for (const auto& key : shards) {
    const auto name = context_->child_of(key);
    if (name.empty())
      continue; // stopped meanwhile
    if (restart_child(*in, from, name))
      continue;
    start_supervisors_above(*in, from, projection);
    restart_child(*in, from, name);
  }
}

bool engine_actors::command(const shard_key& key, projection_command what) {
  const auto to = context_->others->find(roles::projection(key));
  if (!to)
    return false;
  what.done = std::make_shared<std::promise<void>>();
  auto taken = what.done->get_future();
  auto order = std::make_shared<projection_command>(std::move(what));
  compat::anon_tell(to, command_atom_v, command_ptr{std::move(order)});
  if (taken.wait_for(request_timeout) != std::future_status::ready)
    return false;
  try {
    taken.get();
    return true;
  } catch (const std::future_error&) {
    return false; // the actor was gone already
  }
}

void engine_actors::settle(const shard_key& key, settle_order_ptr order) {
  const auto in = running();
  const auto to = context_->others->find(roles::projection(key));
  if (!to)
    return;
  projection_command command;
  command.what = projection_command::kind::settle;
  command.order = std::move(order);
  compat::anon_tell(to, command_atom_v,
                    command_ptr{std::make_shared<projection_command>(std::move(command))});
}

void engine_actors::wake_append() {
  if (const auto to = context_->others->find(roles::append))
    compat::anon_tell(to, drain_atom_v);
}

bool engine_actors::stop(std::chrono::milliseconds deadline) {
  const auto until = deadline_in(deadline);
  const std::lock_guard alone{stopping_};
  std::shared_ptr<host> ending;
  {
    const std::lock_guard lock{mutex_};
    ending = host_;
  }
  if (!ending)
    return stopped_well_;
  note_stop(context_->owner, stop_stage::begun);
  context_->queue->close();
  bool down = false;
  const auto with_actors_down = stores_with_actors_down(*context_);
  std::set<std::shared_ptr<projection_store>> stores;
  {
    const std::lock_guard lock{mutex_};
    stores = renewed_;
  }
  {
    asker self{ending->system};
    self->monitor(ending->root);
    compat::anon_stop_now(ending->root, caf::exit_reason::user_shutdown);
    self->receive([&](const caf::down_msg&) { down = true; },
                  caf::after(caf::timespan{
                      std::clamp(deadline, std::chrono::milliseconds{1}, for_ever)}) >>
                      [] {});
  }
  {
    const std::lock_guard lock{mutex_};
    host_.reset();
    pools_.clear();
    renewed_.clear();
  }
  context_->others->clear();
  context_->queue->fail_rest("the engine has stopped");
  for (const auto& records : stores)
    if (down && std::chrono::steady_clock::now() < until)
      release_unused(*context_, *records);
  stopped_well_ = down && all_have_ended(*ending, until);
  for (const auto& records : with_actors_down)
    if (stopped_well_ && std::chrono::steady_clock::now() < until)
      release_left(*context_, *records);
  note_stop(context_->owner, stopped_well_ ? stop_stage::done : stop_stage::left_behind);
  if (!stopped_well_) {
    context_->log->write(log_level::error, "abandoned", "engine",
                         "its actors did not end by the deadline; they are left behind");
    context_->log->close(); // who reads the lines may be gone before they are
    leave_behind(std::move(ending));
  }
  return stopped_well_;
}

} // namespace waymark
