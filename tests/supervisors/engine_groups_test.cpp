// What the group that a projection is in means for its actors.
#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"
#include "tests/supervisors/sentence.hpp"

using namespace waymark;
using namespace waymark::test;

namespace {

supervision group(on_intensity at_limit) {
  return {.name = "reports",
          .intensity = 1,
          .period = 1h,
          .at_limit = at_limit,
          .backoff = at_once(),
          .children = {"revenue"}};
}

} // namespace

TEST_CASE("a projection whose group was given up can be stopped, and started again") {
  open_engine test{{group(on_intensity::escalate)}};
  test.start();
  REQUIRE(test.append(order("o-1", "monday", 1)).state == append_result::status::appended);
  REQUIRE(test.passes(1));
  const auto given_up = [&] { return test.lines.count("failed reports") > 0; };
  while (!given_up()) {
    const auto victim = test.actor_of();
    kill(victim);
    REQUIRE(eventually([&] { return test.actor_of() != victim || given_up(); }));
  }
  test.actors->remove("revenue", *test.context->where.projections);
  test.context->shown->remove("revenue");
  CHECK_FALSE(test.actor_of());
  test.start();
  REQUIRE(test.append(order("o-2", "monday", 1)).state == append_result::status::appended);
  CHECK(test.passes(2));
  CHECK(test.actors->stop(patience));
}

TEST_CASE("who goes down with a group that escalates is waited for") {
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {{.name = "g",
                          .intensity = 1,
                          .period = 1h,
                          .backoff = at_once(),
                          .children = {"slow", "revenue", "bad"}}};
  const auto gate = std::make_shared<turnstile>();
  const auto poisonous = poison();
  auto breaks = tries(2);
  breaks.retry_if = [poisonous](const std::string&) -> bool {
    if (poisonous->load())
      throw std::logic_error{"a bug"};
    return true;
  };
  engine it{test.open_file(), options};
  it.start(projection::at_least_once("slow").on<shop::order_placed>(
      [gate](const shop::order_placed&) { gate->pass(); }));
  it.start(shop::revenue());
  const auto first = place_orders(it, 1);
  REQUIRE(gate->wait_for_somebody()); // so that the group takes its time to go down
  REQUIRE(it.wait_until("revenue", first, patience) == wait_result::reached);
  it.start(projection::in_memory<shop::days>("bad")
               .on<shop::order_placed>([poisonous](shop::days&, const shop::order_placed&) {
                 if (poisonous->load())
                   throw std::runtime_error{"not now"};
               })
               .retry(breaks));
  REQUIRE(eventually([&] { return test.lines.count("escalated g") == 1; }));
  REQUIRE(eventually(
      [&] { return test.lines.count("stop revenue: restarted with its supervisor") == 1; }));
  for (const auto* name : {"revenue", "bad"}) {
    CHECK(it.status(name).state == projection_state::backing_off);
    CHECK_THROWS_AS(it.wait_until(name, position_t{2}, 10ms), timeout_error);
  }
  poisonous->store(false);
  gate->open();
  const auto second = place_orders(it, 1, "p-");
  for (const auto* name : {"revenue", "bad", "slow"})
    CHECK(it.wait_until(name, second, patience) == wait_result::reached);
}

TEST_CASE("a claim that was granted together with others and is not taken is released") {
  for (const bool one : {true, false}) {
    open_engine test{[](engine_options& o) { o.owner_timeout = 1h; }}; // no renewal meanwhile
    auto& store = *test.context->where.projections;
    claim_request wanted;
    wanted.key = {"revenue", 0};
    wanted.key_rule = test.spec->sequence_by.name;
    wanted.log_id = test.context->where.events->log_id();
    wanted.owner = test.context->owner;
    auto never_begun = wanted;
    never_begun.key.shard = 5;
    test.context->together->add(store, {wanted, never_begun});
    test.start();
    REQUIRE(test.comes_to(projection_state::running));
    REQUIRE(store.load(never_begun.key)->owner == test.context->owner);
    if (one)
      test.actors->remove("revenue", store);
    else
      CHECK(test.actors->stop(patience));
    CHECK_FALSE(store.load(never_begun.key)->owner.has_value());
  }
}

TEST_CASE("who goes down with another of its group is not told to mend anything") {
  auto how = group(on_intensity::fail_child);
  how.strategy = restart_strategy::one_for_all;
  how.backoff = {1h, 1h, 1.0, 0.0};
  how.children = {"revenue", "other"};
  engine_fixture test;
  auto options = test.options();
  options.supervisors = {how};
  engine it{test.open_file(), options};
  it.start(projection{"other"}.on<shop::order_cancelled>(
      [](read_model&, const shop::order_cancelled&) {}));
  it.start(projection{"revenue"}
               .on<shop::order_placed>([](read_model&, const shop::order_placed&) {
                 throw std::runtime_error{"bad"};
               })
               .retry({.attempts = 2, .retry_if = [](const std::string&) -> bool {
                         throw std::logic_error{"a bug in retry_if"};
                       }}));
  REQUIRE(eventually([&] { return it.status("other").state == projection_state::running; }));
  place_orders(it, 1);
  CHECK(explains(it, "other",
                 "projection \"other\" is being restarted with \"revenue\", which has failed: a "
                 "bug in retry_if, at position {n}, next try {when}"));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" is being restarted at position 0 after 1 failure (a bug "
                 "in retry_if), next try {when}"));
}

TEST_CASE("a group may have the name of one of the engine's own supervisors") {
  auto named = group(on_intensity::fail_child);
  named.name = "log";
  open_engine test{{named}};
  test.start();
  REQUIRE(test.comes_to(projection_state::running));
  test.kill_shard();
  CHECK(eventually([&] { return test.shown().status.restarts == 1; }));
  REQUIRE(test.comes_to(projection_state::running));
  test.kill_shard();
  CHECK(test.comes_to(projection_state::failed));
  CHECK(test.actors->stop(patience));
}

TEST_CASE("shards obey the intensity of their projection's group") {
  open_engine test{{group(on_intensity::fail_child)}};
  test.spec = shop::revenue().shards(2).freeze();
  test.start();
  REQUIRE(test.append(order("o-1", "monday", 1)).state == append_result::status::appended);
  REQUIRE(test.passes(1, 0));
  REQUIRE(test.passes(1, 1));
  test.kill_shard(0);
  REQUIRE(test.comes_to(projection_state::running, 0));
  test.kill_shard(0);
  CHECK(test.comes_to(projection_state::failed, 0));
  CHECK(test.comes_to(projection_state::running, 1));
  CHECK(test.actors->stop(patience));
}

TEST_CASE("shards obey the restart kind of their projection's group") {
  auto once = group(on_intensity::fail_child);
  once.restart = restart_kind::temporary;
  open_engine test{{once}};
  test.spec = shop::revenue().shards(2).freeze();
  test.start();
  REQUIRE(test.comes_to(projection_state::running, 1));
  test.kill_shard(1);
  CHECK(test.comes_to(projection_state::failed, 1));
  CHECK(test.actors->stop(patience));
}
