// What happens when one of the engine's own actors goes down while others wait for it.
#include "actors/append_queue.hpp"
#include "actors/atoms.hpp"
#include "actors/checkpoint_actor.hpp"
#include "actors/log_identity.hpp"
#include "actors/roles.hpp"
#include "actors/session_actor.hpp"
#include "tests/caf_fixture.hpp"
#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"

#include "persistence/memory/memory_event_store.hpp"

using namespace waymark;
using namespace waymark::test;
using waymark::testing::caf_fixture;

TEST_CASE("a pool of sessions that ends leaves nobody waiting") {
  caf_fixture test;
  caf::actor pool;
  test.system().spawn(
      [](caf::event_based_actor* self, caf::actor* made) { *made = spawn_session_pool(*self); },
      &pool);
  test.jobs();
  int lost = 0;
  const auto maker = test.system().spawn(
      [](caf::event_based_actor*, int* count) {
        return caf::behavior{[count](lost_atom, std::uint64_t id, const std::string& why) {
          CHECK(id == 7);
          CHECK_FALSE(why.empty());
          ++*count;
        }};
      },
      &lost);
  const auto job = std::make_shared<const std::function<void()>>([] {});
  const auto order = [&] { return std::make_shared<session_order>(job, maker, 7); };
  compat::anon_tell(pool, work_atom_v, order());
  test.jobs();
  REQUIRE(lost == 0);
  kill(pool);
  test.jobs();
  REQUIRE(lost == 1);
  compat::anon_tell(pool, work_atom_v, order());
  test.jobs();
  REQUIRE(lost == 2);
}

TEST_CASE("a log is known by its id and by not getting shorter") {
  memory_event_store first{clock::system()};
  memory_event_store second{clock::system()};
  log_identity identity;
  CHECK(identity.look(first, 0) == 1);
  CHECK(identity.look(first, 5) == 1);
  CHECK(identity.look(first, 4) == 2);
  CHECK(identity.look(second, 4) == 3);
}

TEST_CASE("an append has one answer, the first") {
  append_slot slot{std::vector<append_command>(1)};
  slot.answer(failed_results(1, "first"));
  slot.answer(failed_results(1, "second"));
  CHECK(slot.wait().front().problem == "first");
}

TEST_CASE("an append that was taken is answered at the end, as of unknown outcome") {
  append_queue queue{10};
  const auto taken = std::make_shared<append_slot>(std::vector<append_command>(1));
  const auto queued = std::make_shared<append_slot>(std::vector<append_command>(1));
  CHECK(queue.push(taken));
  CHECK(queue.take(1).size() == 1);
  CHECK_FALSE(queue.push(queued));
  queue.fail_rest("it has stopped");
  const auto unknown = taken->wait();
  CHECK(unknown.front().outcome_unknown);
  const auto nothing = queued->wait();
  CHECK_FALSE(nothing.front().outcome_unknown);
  CHECK_THROWS_AS(queue.push(queued), store_error);
  try {
    static_cast<void>(unknown.front().value_or_throw());
    FAIL("it has no value");
  } catch (const store_error& e) {
    CHECK(e.outcome_unknown());
  }
}

TEST_CASE("every actor of an engine may be killed, and the work goes on") {
  open_engine test;
  test.start();
  position_t head = 0;
  const auto go_on = [&] {
    for (int i = 0; i < 20; ++i) {
      const auto done = test.append(order("o-" + std::to_string(head), "monday", 1));
      // An appender that dies says that it does not know; nobody waits for ever.
      if (done.state == append_result::status::appended)
        head = done.value.last_position;
    }
    return test.passes(head);
  };
  REQUIRE(go_on());
  for (const auto& role :
       {std::string{roles::coordinator}, std::string{roles::event_log}, std::string{roles::append},
        std::string{roles::checkpoint}, std::string{roles::dead_letter}, roles::session_pool(1),
        roles::session_pool(1) + ".1", roles::renewal(1), roles::projection({"revenue", 0})}) {
    CAPTURE(role);
    const auto victim = test.context->others->find(role);
    REQUIRE(victim);
    kill(victim);
    REQUIRE(go_on());
    REQUIRE(eventually([&] { return test.context->others->find(role) != victim; }));
    REQUIRE(go_on());
  }
  CHECK(test.context->where.events->head() == head);
  std::int64_t cents = 0;
  test.context->where.projections->read([&](read_model& db) {
    cents = db.query_value<std::int64_t>("SELECT sum(cents) FROM revenue");
  });
  CHECK(cents == head);
  CHECK(test.actors->stop(patience));
}

TEST_CASE("an engine whose root gives up says so, and nobody waits") {
  open_engine test;
  test.start();
  REQUIRE(test.append(order("o-1", "monday", 1)).state == append_result::status::appended);
  compat::anon_stop_now(test.context->others->find(roles::root),
                        make_exit(exit_code::restart_limit, "too much"));
  REQUIRE(eventually([&] { return test.lines.count("the engine has given up: too much") > 0; }));
  CHECK_THROWS_AS(test.append(order("o-2", "monday", 1)), store_error);
  CHECK_THROWS_AS(test.actors->tree(), not_possible_now);
  CHECK_THROWS_AS(test.actors->restart("revenue", {{"revenue", 0}}), not_possible_now);
  const auto shown = test.context->shown->find(shard_key{"revenue", 0});
  CHECK(shown->status.state == projection_state::failed);
  CHECK(test.actors->stop(patience));
}
