#include "tests/simulation/scenario.hpp"

#include <waymark/actors/projection.hpp>
#include <waymark/messages/error.hpp>

namespace waymark::sim {

namespace {

using namespace std::chrono_literals;

void write_row(read_model& db, const projection_plan& plan, author& world, const event& e,
               const std::string& what, std::int64_t times) {
  const auto& p = plan.name;
  const auto count = "INSERT INTO hits_" + p +
                     " (position, hits) VALUES ($1, 1) ON CONFLICT (position) DO UPDATE SET hits = "
                     "hits_" +
                     p + ".hits + 1";
  if (what == "careless") {
    try {
      db.execute(count, e.position);
      db.execute("INSERT INTO seen_" + p + " (position) VALUES ($1)", e.position);
    } catch (const std::exception&) {
      if (e.position % 2 == 0)
        throw std::runtime_error{"it did not work"};
    }
    return;
  }
  if (e.position % 4 == 0)
    static_cast<void>(db.query("SELECT hits FROM hits_" + p + " WHERE position = $1", e.position));
  db.execute(count, e.position);
  if (what == "violates") {
    try {
      db.execute("INSERT INTO seen_" + p + " (position) VALUES ($1)",
                 std::optional<std::int64_t>{});
    } catch (const statement_error&) {
      return;
    }
  }
  world.meet(plan, e, what, times);
  db.execute("INSERT INTO seen_" + p + " (position) VALUES ($1)", e.position);
}

void remember(remembered& state, const projection_plan& plan, author& world, const event& e,
              const std::string& what, std::int64_t times) {
  if (!plan.snapshot)
    world.meet(plan, e, what, times);
  ++state.hits[e.position];
  state.order.push_back(e.position);
  if (plan.snapshot)
    world.meet(plan, e, what, times);
}

void act_outside(const projection_plan& plan, author& world, const event& e,
                 const std::string& what, std::int64_t times) {
  world.meet(plan, e, what, times);
  world.outside[plan.name].push_back({world.spot->claim, e.position});
}

struct fields {
  std::string what;
  std::int64_t times;
  explicit fields(const nlohmann::json& data)
      : what{data.at("doing").get<std::string>()}, times{data.at("times").get<std::int64_t>()} {}
};

template <class Builder>
void set_options(Builder& builder, const projection_plan& plan, int version) {
  retry_policy retry;
  retry.attempts = plan.attempts;
  retry.backoff = {100ms, 1s, 2.0, 0.1};
  retry.give_ups_in_a_row = plan.give_ups_in_a_row;
  retry.max_crashes = plan.max_crashes;
  if (plan.gives_up_always_at_once)
    retry.retry_if = [](const std::string& error) {
      return error.find("always") == std::string::npos;
    };
  builder.retry(retry).on_give_up(plan.on_give_up).unhandled(plan.on_unhandled);
  // The real clock must not decide where a batch ends, or a run could not be repeated.
  builder.batch({plan.max_events, std::chrono::hours{1}, plan.max_wait});
  builder.shards(plan.shards[version - 1]).version(version).on_new_version(plan.on_new_version);
  builder.park_limits(plan.parking);
  if (plan.rounds > 0)
    builder.retry_letters({{500ms, 2s, 2.0, 0.1}, plan.rounds});
  if (plan.only_a)
    builder.filter({{}, {"A"}, {}});
  if (plan.by_group)
    builder.sequence_by("by-group", [](const event& e) {
      return e.json().at("group").template get<std::string>();
    });
}

/// `handle(target, event, what, times)`; `Target` is read_model or remembered.
template <class Target, class Builder, class Handle>
void set_handlers(Builder& builder, const projection_plan& plan, Handle handle) {
  if (plan.in_batches) {
    std::vector<std::string> types{"Noted"};
    if (plan.counts)
      types.emplace_back("Counted");
    builder.on_batch(types, [handle](Target& to, batch_of<nlohmann::json> events) {
      for (const auto& each : events) {
        const fields f{each.data};
        handle(to, each.envelope, f.what, f.times);
      }
    });
    return;
  }
  builder.template on<noted>(
      [handle](Target& to, const noted& n, const event& e) { handle(to, e, n.doing, n.times); });
  if (plan.counts)
    builder.on("Counted", [handle](Target& to, const nlohmann::json& data, const event& e) {
      const fields f{data};
      handle(to, e, f.what, f.times);
    });
}

template <class Handle>
void set_outside_handlers(outside_projection& builder, const projection_plan& plan, Handle handle) {
  if (plan.in_batches) {
    std::vector<std::string> types{"Noted"};
    if (plan.counts)
      types.emplace_back("Counted");
    builder.on_batch(types, [handle](batch_of<nlohmann::json> events) {
      for (const auto& each : events) {
        const fields f{each.data};
        handle(each.envelope, f.what, f.times);
      }
    });
    return;
  }
  builder.on<noted>([handle](const noted& n, const event& e) { handle(e, n.doing, n.times); });
  if (plan.counts)
    builder.on("Counted", [handle](const nlohmann::json& data, const event& e) {
      const fields f{data};
      handle(e, f.what, f.times);
    });
}

} // namespace

bool projection_plan::can_never_handle(const written_event& e) const {
  return !handles(e.type) || e.what == doing::always || dies_of(e) || e.what == doing::unreadable ||
         (e.what == doing::violates && where == effect::database);
}

std::size_t projection_plan::attempts_at(const written_event& e) const {
  const bool typed = e.type == "Noted" && !in_batches;
  if (handles(e.type) && e.what == doing::unreadable && typed)
    return 1;
  if (handles(e.type) && e.what == doing::always && gives_up_always_at_once)
    return 1;
  return static_cast<std::size_t>(attempts);
}

projection_plan make_plan(rng& random, int number) {
  static constexpr const char* names[] = {"alpha", "beta", "gamma"};
  static constexpr give_up policies[] = {give_up::park_key, give_up::park_key, give_up::skip_event,
                                         give_up::stop};
  static constexpr unhandled others[] = {unhandled::ignore, unhandled::ignore, unhandled::ignore,
                                         unhandled::warn, unhandled::error};
  static constexpr std::size_t sizes[] = {1, 2, 5, 1000};
  projection_plan plan;
  plan.name = names[number];
  plan.number = number;
  const auto kind = random.below(10);
  plan.where = kind < 6 ? effect::database : kind < 8 ? effect::memory : effect::outside;
  plan.in_batches = random.one_in(3);
  plan.snapshot = plan.in_batches || random.one_in(2);
  plan.own_memory_store = random.one_in(2);
  plan.on_give_up = random.pick(policies);
  plan.attempts = random.between(1, 3);
  plan.give_ups_in_a_row = random.one_in(3) ? 3 : 10;
  plan.gives_up_always_at_once = random.one_in(4);
  plan.by_group = random.one_in(3);
  if (plan.where != effect::memory)
    plan.shards[0] = plan.shards[1] = random.one_in(3) ? random.between(2, 4) : 1;
  plan.on_new_version = random.one_in(2) ? new_version::rebuild : new_version::resume;
  if (plan.on_new_version == new_version::rebuild && plan.where != effect::memory)
    plan.shards[1] = random.between(1, 4);
  plan.counts = !random.one_in(3);
  plan.only_a = random.one_in(4);
  plan.on_unhandled = plan.in_batches ? unhandled::ignore : random.pick(others);
  plan.max_events = random.pick(sizes);
  if (random.one_in(5))
    plan.parking = {random.between(1, 4), random.between(4, 12)};
  if (plan.max_events > 1 && random.one_in(4))
    plan.max_wait = std::chrono::milliseconds{random.between(1, 300)};
  plan.max_crashes = random.between(1, 3);
  plan.rounds = random.one_in(3) ? random.between(1, 3) : 0;
  return plan;
}

void author::meet(const projection_plan& plan, const event& e, const std::string& what,
                  std::int64_t times) {
  if (spot->process && spot->process->over)
    throw process_died{};
  for (const auto kind : {doing::crashes, doing::gorges, doing::vanishes})
    if (what == to_string(kind) && plan.dies_of(kind, times))
      kill(plan, e.position, kind);
  if (what == "always")
    throw std::runtime_error{"always fails"};
  if (what == "flaky" && throws[{plan.name, e.position}]++ < times)
    throw std::runtime_error{"fails now and then"};
  if (what == "broken" && broken)
    throw projection_error{"no such table"};
  if (what == "away" && away)
    throw store_error{"the other store is away"};
}

spec_ptr make_spec(const projection_plan& plan, int version, author& world) {
  if (plan.where == effect::database) {
    projection builder{plan.name};
    builder.table("CREATE TABLE IF NOT EXISTS hits_" + plan.name +
                  " (position INTEGER PRIMARY KEY, hits INTEGER NOT NULL)");
    builder.table("CREATE TABLE IF NOT EXISTS seen_" + plan.name +
                  " (at INTEGER PRIMARY KEY, position INTEGER NOT NULL)");
    builder.truncate("DELETE FROM hits_" + plan.name).truncate("DELETE FROM seen_" + plan.name);
    set_options(builder, plan, version);
    set_handlers<read_model>(
        builder, plan,
        [plan, &world](read_model& db, const event& e, const std::string& what,
                       std::int64_t times) { write_row(db, plan, world, e, what, times); });
    return std::move(builder).freeze();
  }
  if (plan.where == effect::memory) {
    auto builder = projection::in_memory<remembered>(plan.name);
    if (plan.snapshot)
      builder.snapshot();
    set_options(builder, plan, version);
    set_handlers<remembered>(
        builder, plan,
        [plan, &world](remembered& state, const event& e, const std::string& what,
                       std::int64_t times) { remember(state, plan, world, e, what, times); });
    return std::move(builder).freeze();
  }
  auto builder = projection::at_least_once(plan.name);
  set_options(builder, plan, version);
  set_outside_handlers(builder, plan,
                       [plan, &world](const event& e, const std::string& what, std::int64_t times) {
                         act_outside(plan, world, e, what, times);
                       });
  return std::move(builder).freeze();
}

} // namespace waymark::sim
