#include "actors/projection_jobs.hpp"

#include <waymark/messages/error.hpp>

namespace waymark {

namespace {

ownership owner_of(const projection_machine& machine) {
  return {machine.record().key, machine.record().epoch};
}

apply_request request_for(const projection_context& context, const projection_machine& machine) {
  apply_request request;
  request.spec = context.spec;
  request.store = context.store;
  request.state = context.state;
  request.parked = machine.parked();
  request.owner = owner_of(machine);
  request.stored = machine.record().position;
  request.passed = machine.passed();
  request.careful = machine.careful();
  if (context.record_crashes) {
    request.recorded_as = context.owner;
    request.unrecorded = context.unrecorded;
  }
  request.lot = machine.lot();
  return request;
}

/// Runs `work`, and turns a store that failed into what the machine is told then.
template <class Work>
job guarded(Work work) {
  return [work = std::move(work)]() -> job_result {
    try {
      return work();
    } catch (const std::exception& problem) {
      return
          [why = std::string{problem.what()}](projection_machine& m) { return m.on_job_lost(why); };
    } catch (...) {
      return [](projection_machine& m) {
        return m.on_job_lost("something was thrown that is not a std::exception");
      };
    }
  };
}

struct job_maker {
  const projection_context& context;
  const projection_machine& machine;
  std::shared_ptr<job_meter> meter;

  job operator()(const todo::claim& what) const {
    claim_order order{.spec = context.spec,
                      .shard = context.shard,
                      .store = context.store,
                      .log = context.log,
                      .state = context.state,
                      .owner = context.owner,
                      .owner_timeout = context.owner_timeout,
                      .take_over = what.take_over,
                      .together = context.together};
    return guarded([order = std::move(order)]() -> job_result {
      return [report = claim_shard(order)](projection_machine& m) { return m.on_claim(report); };
    });
  }

  job operator()(const todo::apply& what) const {
    auto request = request_for(context, machine);
    request.max_events = what.max_events;
    request.meter = meter;
    return guarded([request = std::move(request), page = what.events]() -> job_result {
      return [outcome = apply(request, *page)](projection_machine& m) {
        return m.on_applied(outcome);
      };
    });
  }

  job operator()(const todo::give_up& what) const {
    return guarded([request = request_for(context, machine), what]() -> job_result {
      return [outcome = give_up_event(request, *what.subject, what.letter, what.park)](
                 projection_machine& m) { return m.on_given_up(outcome); };
    });
  }

  job operator()(const todo::replay& what) const {
    replay_request request;
    request.on = request_for(context, machine);
    request.on.meter = meter;
    request.log = context.log;
    request.order = what.order;
    request.task = what.task;
    request.marked = what.marked;
    request.generation = machine.record().generation;
    request.time = context.time;
    return guarded([request = std::move(request)]() -> job_result {
      return [outcome = request.order->dry_run ? try_replay(request) : replay(request)](
                 projection_machine& m) { return m.on_replayed(outcome); };
    });
  }

  job operator()(const todo::look&) const {
    return guarded(
        [store = context.store, lot = machine.lot(), name = context.spec->name]() -> job_result {
          lot->look(*store, name);
          return [](projection_machine& m) { return m.on_looked(); };
        });
  }

  job operator()(const todo::keep_failure& what) const {
    return guarded([store = context.store, owner = owner_of(machine), what]() -> job_result {
      return [status = store->store_failure(owner, what.why)](projection_machine& m) {
        return m.on_failure_kept(status);
      };
    });
  }

  job operator()(const todo::save_passed& what) const {
    checkpoint_advance advance;
    advance.from = machine.record().position;
    advance.to = what.to;
    return guarded([context = context, owner = owner_of(machine), advance]() -> job_result {
      return [status = save_position_of(context, owner, advance)](projection_machine& m) {
        return m.on_saved(status);
      };
    });
  }

  job operator()(const todo::release&) const {
    const auto owner = owner_of(machine);
    if (context.releases)
      context.releases->note(*context.store, owner);
    return guarded([store = context.store, with = context.releases, owner]() -> job_result {
      if (with)
        with->release(*store, owner);
      else
        store->release({&owner, 1});
      return [](projection_machine& m) { return m.on_released(); };
    });
  }

  template <class Other>
  job operator()(const Other&) const {
    return {};
  }
};

} // namespace

job make_job(const projection_context& context, const projection_machine& machine,
             const action& what, std::shared_ptr<job_meter> meter) {
  return std::visit(job_maker{context, machine, std::move(meter)}, what);
}

commit_status save_position_of(const projection_context& context, const ownership& owner,
                               const checkpoint_advance& advance) {
  auto complete = advance;
  if (complete.event_id_at_position.is_nil() && context.log) {
    const auto mark = context.log->mark_at(complete.to);
    if (!mark)
      throw store_error{context.log->address() + " has no event at position " +
                        std::to_string(complete.to) + " any more: the log was replaced"};
    complete.event_id_at_position = mark->event_id;
  }
  return context.store->save(owner, complete);
}

} // namespace waymark
