#include "actors/atoms.hpp"
#include "actors/coordinator_actor.hpp"
#include "persistence/fault_point.hpp"
#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"
#include "tests/supervisors/sentence.hpp"

#include <caf/logger.hpp>
#include <caf/response_promise.hpp>

using namespace waymark;
using namespace waymark::test;

namespace {

projection held_at(const std::shared_ptr<turnstile>& gate, const std::string& name = "stuck") {
  return projection{name}.on<shop::order_placed>(
      [gate](read_model&, const shop::order_placed& e) {
        if (e.day == "poison")
          gate->pass();
      });
}

bool says(const engine& it, const std::string& name, const std::string& part) {
  const bool found =
      eventually([&] { return it.explain(name).find(part) != std::string::npos; });
  if (!found)
    UNSCOPED_INFO(it.explain(name));
  return found;
}

/// A coordinator whose answers are lost.
caf::behavior never_answers(caf::event_based_actor* self, const caf::actor& real,
                            const std::shared_ptr<std::atomic<int>>& asked) {
  const auto kept = std::make_shared<std::vector<caf::typed_response_promise<page_ptr>>>();
  return {[=](fetch_atom, position_t, const spec_ptr&, std::uint64_t) -> caf::result<page_ptr> {
            kept->push_back(self->make_response_promise<page_ptr>());
            ++*asked;
            return kept->back();
          },
          [=](head_atom, position_t head) { compat::tell(self, real, head_atom_v, head); },
          [=](head_atom, position_t head, std::uint64_t incarnation) {
            compat::tell(self, real, head_atom_v, head, incarnation);
          }};
}

} // namespace

TEST_CASE("a handler that does not come back fails its projection, and nobody else") {
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 150ms;
  options.drain_deadline = 1s;
  std::atomic<int> called{0};
  work_at_hand named;
  options.on_unrecoverable = [&](const work_at_hand& handler, const std::string&) {
    named = handler;
    ++called;
  };
  engine it{test.open_file(), options};
  auto apart = open(test.folder.address("apart.db"));
  const auto gate = std::make_shared<turnstile>();
  it.start(held_at(gate).into(apart.projections));
  it.start(shop::revenue());
  it.append(order("a", "monday", 1));
  const auto poisoned = it.append(order("b", "poison", 1));
  REQUIRE(gate->wait_for_somebody());
  REQUIRE(eventually([&] { return called.load() == 1; }));
  CHECK(named.event_type == "OrderPlaced");
  CHECK(named.position == poisoned.last_position);
  CHECK(named.event_id == it.log().mark_at(poisoned.last_position)->event_id);
  REQUIRE(
      eventually([&] { return it.status("stuck").state == projection_state::failed; }));
  CHECK(it.status("stuck").evidence.unrecoverable);
  CHECK(it.health("stuck").state == health::level::unhealthy);
  CHECK(explains(it, "stuck",
                 "projection \"stuck\" has failed at position {n} since {time}: the handler for "
                 "\"OrderPlaced\" {id} at position 2 has not come back in {span} (handler_timeout "
                 "is "
                 "150 ms); unrecoverable in this process: restart it if the handler does not come "
                 "back"));
  CHECK(says(it, "stuck", named.event_id->to_string()));
  CHECK(test.lines.count("overdue stuck") == 1);
  CHECK_THROWS_AS(it.reset("stuck"), not_possible_now);
  it.resume("stuck"); // changes nothing
  CHECK(it.status("stuck").state == projection_state::failed);
  const auto token = place_orders(it, 50);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(it.wait_until("stuck", token, patience) == wait_result::stopped);
  gate->open();
  CHECK(it.wait_until_caught_up("revenue", patience) == wait_result::reached);
  CHECK(eventually([&] { return it.status("stuck").passed == token.last_position; }));
  CHECK(it.status("stuck").state == projection_state::running);
  CHECK(called == 1);
}

TEST_CASE("an engine stops by its deadline with a handler that was given up") {
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 50ms;
  options.drain_deadline = 300ms;
  const auto gate = std::make_shared<turnstile>();
  const auto began = std::chrono::steady_clock::now();
  {
    engine it{test.open_file(), options};
    it.start(held_at(gate));
    it.append(order("b", "poison", 1));
    REQUIRE(
        eventually([&] { return it.status("stuck").state == projection_state::failed; }));
    CHECK_FALSE(it.stop());
  }
  CHECK(std::chrono::steady_clock::now() - began < patience);
  gate->open();
}

TEST_CASE("a statement that does not end is interrupted in SQLite, and the projection stands") {
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 100ms;
  engine it{test.open_file(), options};
  const auto mended = std::make_shared<std::atomic<bool>>(false);
  it.start(projection{"stuck"}.on<shop::order_placed>(
      [mended](read_model& db, const shop::order_placed&) {
        if (!mended->load())
          static_cast<void>(db.query_value<std::int64_t>(
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
              "SELECT count(*) FROM n"));
      }));
  it.start(shop::revenue());
  const auto token = place_orders(it, 3);
  CHECK(explains(it, "stuck",
                 "projection \"stuck\" has failed at position 0 since {time}: the handler for "
                 "\"OrderPlaced\" {id} at position 1 has not come back in {span} (handler_timeout "
                 "is "
                 "100 ms); it came back with: {library}; mend it and resume it, next try in 4 "
                 "min"));
  CHECK(it.status("stuck").state == projection_state::failed);
  CHECK_FALSE(it.status("stuck").evidence.unrecoverable);
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(it.dead_letters().empty());
  mended->store(true);
  it.resume("stuck");
  CHECK(it.wait_until("stuck", token, patience) == wait_result::reached);
}

TEST_CASE("a projection may have a handler timeout of its own, and what is slow is a stall") {
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 20ms;
  options.stalled_after = 100ms;
  engine it{test.open_file(), options};
  const auto gate = std::make_shared<turnstile>();
  it.start(held_at(gate).handler_timeout(0ms));
  REQUIRE(eventually([&] { return it.status("stuck").state == projection_state::running; }));
  const auto token = it.append(order("b", "poison", 1));
  REQUIRE(gate->wait_for_somebody());
  REQUIRE(
      eventually([&] { return it.status("stuck").state == projection_state::stalled; }));
  CHECK(it.health("stuck").state == health::level::degraded);
  CHECK(explains(it, "stuck", "projection \"stuck\" has stalled in event \"OrderPlaced\" {id} at "
                              "position 1 for {n} s; look at what its handler waits for"));
  gate->open();
  CHECK(it.wait_until("stuck", token, patience) == wait_result::reached);
  CHECK(eventually([&] { return it.status("stuck").state == projection_state::running; }));
  CHECK(test.lines.count("stalled stuck: has stalled at position 0: in event") == 1);
  CHECK(test.lines.count("overdue") == 0);
}

TEST_CASE("a projection whose request was lost is started anew, with a new epoch") {
  open_engine test{[](engine_options& o) { o.stalled_after = 200ms; }};
  test.start();
  REQUIRE(test.append(order("a", "monday", 1)).state == append_result::status::appended);
  REQUIRE(test.passes(1));
  const auto epoch = test.shown().record.epoch;
  const auto coordinator = test.context->others->find(roles::coordinator);
  const auto asked = std::make_shared<std::atomic<int>>(0);
  const auto silent = coordinator.home_system().spawn(never_answers, coordinator, asked);
  caf::logger::set_current_actor_system(nullptr); // or the end of the system waits for this thread
  test.context->others->enter(roles::coordinator, silent);
  test.append(order("b", "monday", 1));
  REQUIRE(test.passes(2));
  REQUIRE(eventually([&] { return asked->load() > 0; }));
  test.context->others->enter(roles::coordinator, coordinator);
  test.append(order("c", "monday", 1));
  CHECK(eventually([&] { return test.lines.count("stalled revenue") > 0; }));
  CHECK(test.passes(3));
  CHECK(test.shown().record.epoch > epoch);
  kill(silent);
}

TEST_CASE("who waits behind a save that hangs is not taken for lost") {
  static turnstile saves;
  engine_fixture test;
  auto options = test.options();
  options.stalled_after = 300ms;
  const auto records = open(test.folder.address("records.db")).projections;
  engine it{test.open_file(), options};
  it.start(projection::at_least_once("mailer").into(records).on<shop::order_placed>(
      [](const shop::order_placed&) {}));
  it.start(held_at(std::make_shared<turnstile>(), "tables").into(records));
  fault_hook = [](const char* place) {
    if (std::string_view{place} == "save.before_commit")
      saves.pass();
  };
  place_orders(it, 1);
  REQUIRE(saves.wait_for_somebody()); // and the file's only session is taken
  const auto token = place_orders(it, 1, "p-");
  CHECK(says(it, "tables", "the only one is busy, \"mailer\" has been in the store for"));
  CHECK_FALSE(eventually([&] { return test.lines.count("it starts anew") > 0; }, 1s));
  saves.open();
  CHECK(it.wait_until("tables", token, patience) == wait_result::reached);
  CHECK(it.status("tables").restarts == 0);
  fault_hook = nullptr;
}

TEST_CASE("a projection may be named like an actor of the engine, which is not started for it") {
  for (const auto* name : {"coordinator", "log", "checkpoint", "sessions"}) {
    INFO(name);
    open_engine test{[](engine_options& o) { o.stalled_after = 100ms; }};
    test.spec = held_at(std::make_shared<turnstile>(), name).freeze();
    test.start();
    const shard_key key{name, 0};
    const auto passes = [&](position_t to) {
      return eventually([&] { return test.context->shown->find(key)->status.passed >= to; });
    };
    test.append(order("a", "monday", 1));
    REQUIRE(passes(1));
    const auto coordinator = test.context->others->find(roles::coordinator);
    const auto asked = std::make_shared<std::atomic<int>>(0);
    const auto silent = coordinator.home_system().spawn(never_answers, coordinator, asked);
    caf::logger::set_current_actor_system(nullptr);
    test.context->others->enter(roles::coordinator, silent);
    const auto who = [&] { return test.context->others->find(roles::projection(key)); };
    const auto before = who();
    test.append(order("b", "monday", 1));
    REQUIRE(passes(2)); // of the coordinator, which it had asked before
    REQUIRE(eventually([&] { return asked->load() > 0; }));
    test.append(order("c", "monday", 1));
    REQUIRE(eventually([&] { return who() && who() != before; }));
    const auto again = who(); // by itself; lost a second time, it is its supervisor that is asked
    CHECK(eventually([&] { return who() && who() != again; }));
    CHECK(test.context->others->find(roles::coordinator) == silent);
    test.context->others->enter(roles::coordinator, coordinator);
    CHECK(passes(3));
    const auto tree = test.actors->tree();
    for (const auto& child : tree.children) {
      INFO(child.name);
      CHECK(child.restarts == 0);
    }
    kill(silent);
  }
}
