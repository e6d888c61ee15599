#include "supervisors/engine_tree.hpp"

#include "actors/append_actor.hpp"
#include "actors/checkpoint_actor.hpp"
#include "actors/coordinator_actor.hpp"
#include "actors/dead_letter_actor.hpp"
#include "actors/event_log_actor.hpp"
#include "actors/projection_actor.hpp"
#include "actors/renewal_actor.hpp"
#include "actors/roles.hpp"
#include "actors/session_actor.hpp"
#include "persistence/claim_rule.hpp"
#include "supervisors/errands.hpp"
#include "supervisors/groups.hpp"
#include "supervisors/supervisor_actor.hpp"
#include "supervisors/watchdog.hpp"

#include <random>
#include <vector>

namespace waymark {

namespace {

using context_ptr = std::shared_ptr<engine_context>;
using starter = std::function<caf::actor(caf::local_actor&)>;

std::uint64_t random_seed() {
  return std::random_device{}();
}

/// A source of jitter for one actor.
std::function<double()> make_random() {
  return [engine = std::minstd_rand{static_cast<unsigned>(random_seed())}]() mutable {
    return std::uniform_real_distribution<double>{0, 1}(engine);
  };
}

supervisor_observer observer_of(const context_ptr& context) {
  return [context](const supervisor_event& what) { context->observe(what); };
}

/// For supervisors of the engine's own actors, whose names projections may have, too.
supervisor_observer inner_observer_of(const context_ptr& context) {
  return [context](const supervisor_event& what) { context->observe_inner(what); };
}

supervisor_options options_for(const context_ptr& context, const std::string& name,
                               restart_strategy strategy) {
  supervisor_options options;
  options.name = name;
  options.strategy = strategy;
  options.intensity = 20;
  options.observer = inner_observer_of(context);
  options.seed = random_seed();
  return options;
}

/// A child that others find in the directory under its role.
child_spec entered(const context_ptr& context, std::string role, starter start) {
  child_spec child;
  child.name = role;
  child.start = [others = context->others, role = std::move(role),
                 start = std::move(start)](caf::local_actor& supervisor) {
    auto started = start(supervisor);
    others->enter(role, started);
    return started;
  };
  return child;
}

child_spec nested(supervisor_options options, std::vector<child_spec> children) {
  auto listed = std::make_shared<roster>();
  for (auto& child : children)
    listed->add(std::move(child));
  return nested_supervisor(std::move(options), std::move(listed));
}

child_spec log_child(const context_ptr& context) {
  const auto& o = context->options;
  event_log_options reads{context->where.events, {o.page_events, o.page_bytes}, o.poll_interval};
  reads.asking = context->reading;
  reads.decoding = context->decoding;
  return nested(options_for(context, "log", restart_strategy::rest_for_one),
                {entered(context, roles::event_log,
                         [context, reads](caf::local_actor& host) {
                           return spawn_event_log(host, reads, context->others);
                         }),
                 entered(context, roles::append, [context](caf::local_actor& host) {
                   return spawn_append(host, context->where.events, context->queue, context->others,
                                       context->options.append_group);
                 })});
}

child_spec checkpoint_child(const context_ptr& context) {
  return entered(context, roles::checkpoint, [context](caf::local_actor& host) {
    return spawn_checkpoint(host, {}, context->others, context->shown);
  });
}

child_spec dead_letter_child(const context_ptr& context) {
  const auto note = [log = context->log](const dead_letter& letter, std::int64_t count) {
    log->write(log_level::debug, "letter", to_string(letter.key),
               "a letter for the event at position " + std::to_string(letter.position) + ": " +
                   letter.error + " (" + std::to_string(count) + " since the start)");
  };
  return entered(context, roles::dead_letter,
                 [note](caf::local_actor& host) { return spawn_dead_letter(host, note); });
}

/// All supervisors of projections, the default one with the engine's own backoff.
supervision tree_of(const context_ptr& context) {
  auto tree = projections_tree(context->options.supervisors);
  tree.backoff = context->options.store_backoff;
  return tree;
}

/// The supervisor that a projection is under.
supervision group_of(const context_ptr& context, const std::string& projection) {
  const auto tree = tree_of(context);
  const auto* group = supervisor_of(tree, projection);
  return group ? *group : tree;
}

/// Shards are restarted alone, by the rules of the group that their projection is in.
supervisor_options shards_options(const context_ptr& context, const std::string& projection,
                                  const supervision& group) {
  auto options = options_for(context, projection, restart_strategy::one_for_one);
  options.observer = observer_of(context);
  options.intensity = group.intensity;
  options.period = group.period;
  options.at_limit = group.at_limit;
  options.backoff = group.backoff;
  options.failed_retry = context->options.failed_retry;
  options.ends_at_once = true;
  return options;
}

child_spec projections_child(const context_ptr& context) {
  auto plan = plan_supervision(tree_of(context), observer_of(context), random_seed(),
                               context->options.failed_retry);
  return nested_supervisor(std::move(plan.options), std::move(plan.children));
}

void log_note(const logger& log, const shard_key& key, const todo::note& n) {
  using severity = todo::note::level;
  const auto level = n.severity == severity::info      ? log_level::info
                     : n.severity == severity::warning ? log_level::warning
                                                       : log_level::error;
  log.write(level, n.what, to_string(key), n.text);
}

child_spec shard_child(const context_ptr& context, const std::string& name,
                       projection_context where, const shard_pools& pools,
                       const std::shared_ptr<parking_lot>& lot) {
  const shard_key key{where.spec->name, where.shard};
  auto with = std::make_shared<projection_services>();
  with->context = std::move(where);
  with->pool = pools.jobs;
  with->save_pool = pools.saves;
  with->machine.random = make_random();
  with->machine.stall = std::make_shared<store_stall>();
  with->machine.lot = lot;
  with->machine.failed_retry = context->options.failed_retry;
  with->save_interval = context->options.passed_save_interval;
  with->shown = context->shown;
  with->others = context->others;
  with->observer = [log = context->log](const shard_key& who, const todo::note& n) {
    log_note(*log, who, n);
  };
  auto child = entered(context, roles::projection(key),
                       [with](caf::local_actor& host) { return spawn_projection(host, with); });
  child.name = name;
  context->add_shard(name, key);
  return child;
}

child_spec session_child(const context_ptr& context, const std::string& pool,
                         const std::string& name) {
  return entered(context, name, [context, pool, name](caf::local_actor& host) {
    return spawn_session(host, context->others->find(pool), name);
  });
}

/// What hangs in a call that it makes holds up no drain: it is left behind at once.
child_spec errands_child(const context_ptr& context, const std::string& role) {
  auto child = entered(context, role,
                       [role](caf::local_actor& host) { return spawn_errands(host, role); });
  child.shutdown = std::chrono::milliseconds{100};
  return child;
}

} // namespace

caf::actor spawn_root(caf::actor_system& system, const context_ptr& context) {
  auto children = std::make_shared<roster>();
  children->add(nested(options_for(context, roles::sessions, restart_strategy::one_for_one), {}));
  children->add(log_child(context));
  children->add(entered(context, roles::coordinator, [context](caf::local_actor& host) {
    return spawn_coordinator(host, context->shown, context->others, context->options.cache_bytes);
  }));
  children->add(checkpoint_child(context));
  children->add(dead_letter_child(context));
  children->add(projections_child(context));
  children->add(errands_child(context, roles::interrupts));
  if (context->options.on_unrecoverable)
    children->add(errands_child(context, roles::alarms));
  children->add(entered(context, roles::watchdog, [context](caf::local_actor& host) {
    return spawn_watchdog(host, context);
  }));
  return spawn_supervisor(system, options_for(context, "root", restart_strategy::one_for_one),
                          std::move(children));
}

child_spec sessions_child(const context_ptr& context, const std::string& name, int count) {
  std::vector<child_spec> children;
  children.push_back(entered(
      context, name, [](caf::local_actor& host) { return spawn_session_pool(host); }));
  for (std::size_t i = 1; i <= static_cast<std::size_t>(count); ++i)
    children.push_back(session_child(context, name, roles::session(name, i)));
  return nested(options_for(context, "sessions of " + name, restart_strategy::rest_for_one),
                std::move(children));
}

child_spec renewal_child(const context_ptr& context, const std::string& name,
                         const std::shared_ptr<projection_store>& store) {
  const auto interval = context->options.owner_timeout / renewals_in_timeout;
  const renewal_options renews{store,           context->claims, context->shown,
                               context->others, context->owner,  interval};
  return entered(context, name,
                 [renews](caf::local_actor& host) { return spawn_renewal(host, renews); });
}

child_spec projection_child(const context_ptr& context, const spec_ptr& spec,
                            const std::shared_ptr<projection_store>& records,
                            const std::shared_ptr<memory_state>& state, const shard_pools& pools) {
  const auto unrecorded = std::make_shared<const std::function<void(const std::string&)>>(
      [log = context->log](const std::string& why) {
        log->write(log_level::warning, "careful", "engine",
                   why + "; an event that ends the process is found only after 5 ends in a row");
      });
  const auto where = [&](int shard) {
    return projection_context{.spec = spec,
                              .shard = shard,
                              .store = records,
                              .log = context->where.events,
                              .state = state,
                              .owner = context->owner,
                              .owner_timeout = context->options.owner_timeout,
                              .record_crashes = context->options.record_crashes,
                              .unrecorded = unrecorded,
                              .together = context->together,
                              .releases = context->releases};
  };
  const auto lot = std::make_shared<parking_lot>(spec->parking.per_projection, spec->shards);
  const auto group = group_of(context, spec->name);
  const auto shard = [&](int i, const std::string& name) {
    auto child = shard_child(context, name, where(i), pools, lot);
    child.restart = group.restart;
    child.shutdown = group.shutdown;
    return child;
  };
  if (spec->shards > 1) {
    std::vector<child_spec> shards;
    for (int i = 0; i < spec->shards; ++i)
      shards.push_back(shard(i, spec->name + "/" + std::to_string(i)));
    return nested(shards_options(context, spec->name, group), std::move(shards));
  }
  return shard(0, spec->name);
}

} // namespace waymark
