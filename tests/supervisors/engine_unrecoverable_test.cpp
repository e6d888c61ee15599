// What is done about handlers that do not come back, while they may still do so.
#include "actors/atoms.hpp"
#include "actors/session_actor.hpp"
#include "supervisors/remedies.hpp"
#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"
#include "tests/supervisors/sentence.hpp"

#include <caf/logger.hpp>

using namespace waymark;
using namespace waymark::test;

namespace {

/// Two handlers, each waiting at its gate.
struct two_gates {
  std::shared_ptr<turnstile> first = std::make_shared<turnstile>();
  std::shared_ptr<turnstile> second = std::make_shared<turnstile>();

  [[nodiscard]] projection behind() const {
    return projection{"revenue"}.on<shop::order_placed>(
        [one = first, two = second](read_model&, const shop::order_placed& e) {
          (e.day == "first" ? one : two)->pass();
        }).batch({.max_transaction = 1h});
  }
  /// At once: who waits at the first gate has the file's only writer.
  static void append_both(open_engine& to) {
    auto both = order("a", "first", 1);
    both.events.push_back(typed_event(shop::order_placed{"second", 1}));
    to.append(both);
  }
  void open_both() const {
    first->open();
    second->open();
  }
};

template <class Function>
caf::actor actor_that(caf::actor_system& system, Function does) {
  auto made = system.spawn([does](caf::event_based_actor* self, int) { return does(self); }, 0);
  caf::logger::set_current_actor_system(nullptr); // or the end of the system waits for this thread
  return made;
}

/// Judges the handler of shard 0 by what was seen of it.
caf::actor judge_of(const open_engine& test, const board_entry& shard, const job_meter::view& seen,
                    const std::shared_ptr<std::atomic<int>>& judged) {
  return actor_that(test.actor_of().home_system(), [=, context = test.context](auto* self) {
    const auto acts = std::make_shared<remedies>(self, context);
    return caf::behavior{[=](tick_atom) {
      acts->give_handler_up(shard.job, seen, 1ms);
      ++*judged;
    }};
  });
}

} // namespace

TEST_CASE("a handler that has come back is not named for the one that runs now") {
  const two_gates gates;
  open_engine test{[](engine_options& o) { o.handler_timeout = 0ms; }};
  test.spec = gates.behind().freeze();
  test.start();
  two_gates::append_both(test);
  REQUIRE(gates.first->wait_for_somebody());
  const auto shard = test.shown();
  const auto seen = shard.job->look();
  gates.first->open();
  REQUIRE(gates.second->wait_for_somebody());
  const auto judged = std::make_shared<std::atomic<int>>(0);
  const auto late = judge_of(test, shard, seen, judged);
  compat::anon_tell(late, tick_atom_v);
  REQUIRE(eventually([&] { return judged->load() == 1; }));
  CHECK(test.lines.count("overdue") == 0);
  const auto now = test.shown();
  const auto in_time = judge_of(test, now, now.job->look(), judged);
  compat::anon_tell(in_time, tick_atom_v);
  compat::anon_tell(in_time, tick_atom_v); // and once more, for which nothing is left to do
  REQUIRE(eventually([&] { return judged->load() == 3; }));
  CHECK(test.lines.count("overdue revenue") == 1);
  CHECK(test.comes_to(projection_state::failed));
  CHECK(test.shown().status.reason.find(" at position 2 ") != std::string::npos);
  gates.open_both();
  CHECK(test.passes(2));
  kill(late);
  kill(in_time);
}

TEST_CASE("an interrupt that comes late meets nobody else") {
  const two_gates gates;
  open_engine test{[](engine_options& o) { o.handler_timeout = 50ms; }};
  test.spec = gates.behind().freeze();
  const auto jobs = std::make_shared<std::vector<session_job>>();
  jobs->reserve(2); // the first stays where it is when the second comes
  const auto count = std::make_shared<std::atomic<int>>(0);
  test.start();
  REQUIRE(eventually([&] { return test.actor_of() != nullptr; }));
  const auto collector = actor_that(test.actor_of().home_system(), [=](auto*) {
    return caf::behavior{[=](work_atom, const session_job& job) {
      jobs->push_back(job);
      ++*count;
    }};
  });
  test.context->others->enter(roles::interrupts, collector);
  two_gates::append_both(test);
  REQUIRE(eventually([&] { return count->load() == 1; }));
  gates.first->open();
  REQUIRE(gates.second->wait_for_somebody());
  (*jobs->front())();
  CHECK(test.lines.count("interrupt revenue") == 0);
  REQUIRE(eventually([&] { return count->load() == 2; })); // the second is overdue now
  (*jobs->back())();
  CHECK(test.lines.count("interrupt revenue") == 1);
  gates.open_both();
  CHECK(test.passes(2));
  kill(collector);
}

TEST_CASE("on_unrecoverable may block: others are judged, and an engine stops by its deadline") {
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 100ms;
  options.drain_deadline = 500ms;
  const auto gate = std::make_shared<turnstile>();
  const auto callback = std::make_shared<turnstile>();
  options.on_unrecoverable = [callback](const work_at_hand&, const std::string&) {
    callback->pass();
  };
  const auto began = std::chrono::steady_clock::now();
  {
    engine it{test.open_file(), options};
    std::vector<store> apart;
    for (const auto* name : {"one", "two", "three"}) {
      apart.push_back(open(test.folder.address(std::string{name} + ".db")));
      it.start(projection{name}
                   .on<shop::order_placed>(
                       [gate](read_model&, const shop::order_placed&) { gate->pass(); })
                   .into(apart.back().projections)
                   .handler_timeout(name == std::string{"one"} ? 50ms : 400ms));
    }
    place_orders(it, 1);
    REQUIRE(callback->wait_for_somebody());
    for (const auto* name : {"two", "three"}) {
      INFO(name);
      CHECK(eventually([&] { return it.status(name).state == projection_state::failed; }));
      CHECK(eventually([&] {
        return test.lines.count(std::string{"interrupt "} + name) == 1;
      }));
    }
    CHECK(callback->arrived() == 1); // one at a time
    CHECK_FALSE(it.stop());
  }
  CHECK(std::chrono::steady_clock::now() - began < patience);
  gate->open();
  callback->open();
}

TEST_CASE("a handler that hangs after its actor was left behind is given up, too") {
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 300ms;
  options.drain_deadline = 1s;
  options.supervisors = {{.name = "g", .shutdown = 20ms, .children = {"stuck"}}};
  std::atomic<position_t> named{0};
  options.on_unrecoverable = [&](const work_at_hand& work, const std::string&) {
    named = work.position;
  };
  const auto gate = std::make_shared<turnstile>();
  engine it{test.open_file(), options};
  it.start(projection{"stuck"}.on<shop::order_placed>(
      [gate](read_model&, const shop::order_placed&) { gate->pass(); }));
  it.start(shop::revenue());
  const auto token = it.append(order("a", "monday", 1));
  REQUIRE(gate->wait_for_somebody());
  it.stop("stuck");
  CHECK(eventually([&] { return named == token.last_position; }));
  CHECK(test.lines.count("overdue stuck") == 1);
  CHECK(eventually([&] { return test.lines.count("interrupt stuck") == 1; }));
  gate->open();
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(test.lines.count("overdue stuck") == 1);
}

TEST_CASE("what on_unrecoverable throws is logged, and the next call is made") {
  engine_fixture test;
  auto options = test.options();
  options.handler_timeout = 50ms;
  const auto gate = std::make_shared<turnstile>();
  const auto calls = std::make_shared<std::atomic<int>>(0);
  options.on_unrecoverable = [calls](const work_at_hand&, const std::string&) {
    if (++*calls == 1)
      throw std::runtime_error{"no pager at hand"};
    throw 17;
  };
  auto apart = open(test.folder.address("apart.db"));
  engine it{test.open_file(), options};
  const auto held = [&](const char* name) {
    return projection{name}.on<shop::order_placed>(
        [gate](read_model&, const shop::order_placed&) { gate->pass(); });
  };
  it.start(held("one"));
  it.start(held("two").into(apart.projections));
  const auto token = place_orders(it, 1);
  CHECK(eventually([&] { return calls->load() == 2; }));
  CHECK(eventually([&] { return test.lines.count("on_unrecoverable has thrown") == 2; }));
  CHECK(test.lines.count("on_unrecoverable has thrown: no pager at hand") == 1);
  gate->open();
  for (const auto* name : {"one", "two"})
    CHECK(eventually([&] { return it.status(name).passed == token.last_position; }));
}

namespace {

/// An order whose handler fails while `poisonous`, and else hangs at its gate until that is open;
/// then it fails if `in_vain`.
projection hangs_at_retry(std::shared_ptr<turnstile> gate,
                          std::shared_ptr<std::atomic<bool>> poisonous, bool in_vain) {
  return shop::revenue_tables()
      .on<shop::order_placed>([=](read_model& db, const shop::order_placed& e) {
        if (poisonous->load())
          throw std::runtime_error{"can't stand it"};
        gate->pass();
        if (in_vain)
          throw std::runtime_error{"in vain"};
        db.execute(shop::add_to_day, e.day, e.cents);
      })
      .retry(tries(1));
}

} // namespace

TEST_CASE("a retry whose handler hangs is named with its event, and the projection has failed") {
  for (const bool in_vain : {false, true}) {
    CAPTURE(in_vain);
    engine_fixture test;
    const auto gate = std::make_shared<turnstile>();
    const auto poisonous = poison();
    auto options = test.options();
    options.handler_timeout = 100ms;
    std::atomic<position_t> named{0};
    options.on_unrecoverable = [&](const work_at_hand& work, const std::string&) {
      named = work.position;
    };
    engine it{test.open_file(), options};
    it.start(hangs_at_retry(gate, poisonous, in_vain));
    const auto first = it.append(order("a", "monday", 1));
    const auto token = it.append(order("a", "monday", 1));
    REQUIRE(it.wait_until("revenue", token, patience) == wait_result::parked);
    const auto id = it.dead_letters().at(0).id;
    poisonous->store(false);
    settle_report report;
    std::thread caller{[&] { report = it.retry({.id = id}); }};
    CHECK(explains(it, "revenue",
                   "projection \"revenue\" has failed at position 2 since {time}: the handler for "
                   "\"OrderPlaced\" {id} at position 1 has not come back in {span} "
                   "(handler_timeout is 100 ms); unrecoverable in this process: restart it if the "
                   "handler does not come back; 1 key is parked with 2 event{library}"));
    CHECK(eventually([&] { return named == first.last_position; }));
    const auto another = it.retry({.id = id}); // does not wait for what hangs
    CHECK(another.keys.at(0).refused.find("has not come back") != std::string::npos);
    gate->open();
    caller.join();
    if (in_vain) {
      CHECK(explains(it, "revenue",
                     "projection \"revenue\" has failed at position 2 since {time}: the handler "
                     "for \"OrderPlaced\" {id} at position 1 has not come back in {span} "
                     "(handler_timeout is 100 ms); it came back with: in vain; mend it and resume "
                     "it, next try in {span}; 1 key is parked with 2 event{library}"));
      CHECK(it.letter(id)->letter.attempts.size() == 2);
    } else {
      CHECK(report.complete());
      CHECK(eventually([&] { return it.status("revenue").state == projection_state::running; }));
      CHECK(cents_of(it) == 2);
    }
  }
}

TEST_CASE("a rule of the author's that hangs is named with its event, and holds nobody else up") {
  const bool key = GENERATE(true, false);
  CAPTURE(key);
  engine_fixture test;
  const auto gate = std::make_shared<turnstile>();
  auto options = test.options();
  options.handler_timeout = 100ms;
  std::atomic<position_t> named{0};
  options.on_unrecoverable = [&](const work_at_hand& work, const std::string&) {
    named = work.position;
  };
  auto apart = open(test.folder.address("apart.db"));
  engine it{test.open_file(), options};
  auto policy = tries(2);
  if (!key)
    policy.retry_if = [gate](const std::string&) {
      gate->pass();
      return false;
    };
  auto hanging = delicate_revenue(poison()).retry(policy).into(apart.projections);
  if (key)
    hanging.sequence_by("slow", [gate](const event& e) {
      gate->pass();
      return e.aggregate_id;
    });
  it.start(std::move(hanging));
  it.start(shop::revenue_in_memory());
  const auto token = it.append(order("a", "poison", 1));
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" has failed at position 0 since {time}: the handler for "
                 "\"OrderPlaced\" {id} at position 1 has not come back in {span} "
                 "(handler_timeout is 100 ms); unrecoverable in this process: restart it if the "
                 "handler does not come back"));
  CHECK(eventually([&] { return named == token.last_position; }));
  CHECK(it.wait_until("revenue-in-memory", place_orders(it, 3), patience) == wait_result::reached);
  gate->open();
}
