#pragma once

#include "actors/append_queue.hpp"
#include "actors/roles.hpp"
#include "supervisors/engine_actors.hpp"
#include "tests/supervisors/engine_fixture.hpp"

namespace waymark::test {

inline void kill(const caf::actor& who) {
  compat::anon_stop_now(who, caf::exit_reason::kill);
}

/// The engine's actors, with a door to each of them.
struct open_engine : engine_fixture {
  std::shared_ptr<engine_context> context;
  std::unique_ptr<engine_actors> actors;
  spec_ptr spec = shop::revenue().freeze();

  explicit open_engine(
      std::vector<supervision> groups = {},
      const std::function<void(engine_options&)>& change = [](auto&) {})
      : context{std::make_shared<engine_context>(open_file(), changed(std::move(groups), change))},
        actors{std::make_unique<engine_actors>(context)} {}

  /// On another store than a file of its own.
  explicit open_engine(store where)
      : context{std::make_shared<engine_context>(std::move(where), changed({}, [](auto&) {}))},
        actors{std::make_unique<engine_actors>(context)} {}

  /// With other options than those of the fixture.
  explicit open_engine(const std::function<void(engine_options&)>& change)
      : open_engine{std::vector<supervision>{}, change} {}

  void start() {
    context->where.projections->prepare_tables(spec->tables);
    for (int shard = 0; shard < spec->shards; ++shard) {
      board_entry entry{spec, context->where.projections, nullptr, {}, {}, {}};
      entry.status.key = entry.record.key = {spec->name, shard};
      context->shown->add({spec->name, shard}, std::move(entry));
    }
    actors->add(spec, context->where.projections, nullptr);
  }
  append_result append(append_command command) {
    const auto slot =
        std::make_shared<append_slot>(std::vector<append_command>{std::move(command)});
    if (context->queue->push(slot))
      actors->wake_append();
    return slot->wait().front();
  }
  [[nodiscard]] board_entry shown(int shard = 0) const {
    return context->shown->find(shard_key{"revenue", shard}).value();
  }
  [[nodiscard]] bool passes(position_t position, int shard = 0) const {
    const shard_key key{"revenue", shard};
    return eventually([&] { return context->shown->find(key)->status.passed >= position; });
  }
  [[nodiscard]] bool comes_to(projection_state state, int shard = 0) const {
    const shard_key key{"revenue", shard};
    return eventually([&] { return context->shown->find(key)->status.state == state; });
  }
  [[nodiscard]] caf::actor actor_of(int shard = 0) const {
    return context->others->find(roles::projection({"revenue", shard}));
  }
  /// Kills the actor of a shard and waits until it is up again, or has been given up.
  void kill_shard(int shard = 0) {
    const auto victim = actor_of(shard);
    kill(victim);
    REQUIRE(eventually([&] {
      const auto shown = context->shown->find(shard_key{"revenue", shard});
      return actor_of(shard) != victim || shown->status.state == projection_state::failed;
    }));
  }

 private:
  engine_options changed(std::vector<supervision> groups,
                         const std::function<void(engine_options&)>& change) {
    auto made = options();
    made.supervisors = std::move(groups);
    change(made);
    return made;
  }
};

} // namespace waymark::test
