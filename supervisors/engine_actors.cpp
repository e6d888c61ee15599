#include "supervisors/engine_actors.hpp"

#include "actors/atoms.hpp"
#include "actors/coordinator_actor.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"
#include "supervisors/engine_tree.hpp"

#include <waymark/messages/error.hpp>

#include <caf/atom.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <thread>

namespace waymark {

namespace {

constexpr std::chrono::seconds request_timeout{10};

std::size_t scheduler_threads(int wanted) {
  if (wanted > 0)
    return static_cast<std::size_t>(wanted);
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 4);
}

} // namespace

/// The actor system, and the one handle from which everything hangs.
struct engine_actors::host {
  struct config : caf::actor_system_config {
    explicit config(int threads) {
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-throughput", std::size_t{50});
      set("scheduler.max-threads", scheduler_threads(threads));
    }
  };
  explicit host(int threads) : settings{threads}, system{settings} {}
  config settings;
  caf::actor_system system;
  caf::actor root;
};

engine_actors::engine_actors(std::shared_ptr<engine_context> context)
    : context_{std::move(context)}, host_{std::make_unique<host>(context_->options.threads)} {
  host_->root = spawn_root(host_->system, context_);
}

engine_actors::~engine_actors() { stop(std::chrono::milliseconds{0}); }

engine_actors::host& engine_actors::running() const {
  if (!host_)
    throw usage_error{"the engine has been stopped: make a new one"};
  return *host_;
}

caf::actor engine_actors::supervisor_named(const std::string& name) const {
  caf::scoped_actor self{running().system};
  caf::actor found;
  std::string problem;
  self->request(running().root, request_timeout, child_atom_v, name)
      .receive([&](const caf::actor& a) { found = a; },
               [&](const caf::error& e) { problem = render(e); });
  if (!found)
    throw error{"the supervisor \"" + name + "\" does not answer: " + problem};
  return found;
}

void engine_actors::add_child(const std::string& supervisor, child_spec child) const {
  const auto to = supervisor_named(supervisor);
  caf::scoped_actor self{running().system};
  std::string problem;
  const auto name = child.name;
  self->request(to, request_timeout, add_child_atom_v, std::move(child))
      .receive([] {}, [&](const caf::error& e) { problem = render(e); });
  if (!problem.empty())
    throw usage_error{"\"" + name + "\" could not be started: " + problem};
}

// -- projections ----------------------------------------------------------------------------------

std::string engine_actors::pool_for(const std::shared_ptr<projection_store>& records,
                                    effect where) {
  // Handlers with outside effects must not hold up a file's only session.
  const bool apart = where == effect::outside;
  const std::lock_guard lock{mutex_};
  auto& role = pools_[{records, apart}];
  if (!role.empty())
    return role;
  const auto name = roles::session_pool(static_cast<int>(pools_.size()));
  add_child("sessions", sessions_child(context_, name, apart ? 4 : records->max_sessions()));
  role = name;
  return role;
}

void engine_actors::add(const spec_ptr& spec, const std::shared_ptr<projection_store>& records,
                        const std::shared_ptr<memory_state>& state) {
  const auto pool = pool_for(records, spec->where);
  add_child(projections_tree().name, projection_child(context_, spec, records, state, pool));
}

void engine_actors::remove(const std::string& projection) {
  const auto from = supervisor_named(projections_tree().name);
  caf::scoped_actor self{running().system};
  std::string problem;
  self->request(from, caf::infinite, remove_child_atom_v, projection)
      .receive([] {}, [&](const caf::error& e) { problem = render(e); });
  if (!problem.empty())
    throw error{"projection \"" + projection + "\" could not be stopped: " + problem};
  if (const auto to = context_->others->find(roles::coordinator))
    compat::anon_tell(to, unsubscribe_atom_v, projection);
  for (const auto& key : context_->remove_shards(projection))
    context_->others->leave(roles::projection(key));
}

void engine_actors::restart(const std::string& projection) {
  const auto from = supervisor_named(projections_tree().name);
  caf::scoped_actor self{running().system};
  for (const auto& name : context_->children_of(projection))
    self->request(from, request_timeout, restart_child_atom_v, name)
        .receive([] {}, [&](const caf::error& e) {
          context_->log->write(log_level::warning, "restart", name, render(e));
        });
}

bool engine_actors::command(const shard_key& key, projection_command::kind what,
                            const std::string& why, std::chrono::milliseconds timeout) {
  const auto to = context_->others->find(roles::projection(key));
  if (!to)
    return false;
  auto done = std::make_shared<std::promise<void>>();
  auto taken = done->get_future();
  auto order = std::make_shared<projection_command>(
      projection_command{what, why, std::move(done)});
  compat::anon_tell(to, command_atom_v, command_ptr{std::move(order)});
  if (taken.wait_for(timeout) != std::future_status::ready)
    return false;
  try {
    taken.get();
    return true;
  } catch (const std::future_error&) {
    return false; // the actor was gone already
  }
}

void engine_actors::wake_append() {
  if (const auto to = context_->others->find(roles::append))
    compat::anon_tell(to, drain_atom_v);
}

bool engine_actors::stop(std::chrono::milliseconds deadline) {
  if (!host_)
    return true;
  context_->queue->close();
  bool down = false;
  {
    caf::scoped_actor self{running().system};
    self->monitor(host_->root);
    compat::anon_stop_now(host_->root, caf::exit_reason::user_shutdown);
    self->receive([&](const caf::down_msg&) { down = true; },
                  caf::after(caf::timespan{std::max(deadline, std::chrono::milliseconds{1})}) >>
                      [] {});
  }
  host_->root = nullptr;
  context_->others->clear();
  context_->queue->fail_rest("the engine has stopped: nothing was appended");
  if (down) {
    host_.reset();
  } else {
    context_->log->write(log_level::error, "abandoned", "engine",
                "its actors did not end by the deadline; they are left behind");
    static_cast<void>(host_.release()); // to end it would wait for a thread that does not come back
  }
  return down;
}

} // namespace waymark
