#include "tests/catch.hpp"

#include "actors/apply.hpp"
#include "actors/claim.hpp"
#include "actors/handler_scope.hpp"
#include "tests/actors/core_fixture.hpp"
#include "tests/persistence/raw_sqlite.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <chrono>
#include <thread>

namespace apply_test {

std::function<void()> at_decoding = [] {};

struct noted {
  int value = 0;
};
void to_json(nlohmann::json& out, const noted& from) { out = from.value; }
void from_json(const nlohmann::json& in, noted& into) {
  at_decoding();
  in.get_to(into.value);
}

struct measured {
  noted reading;
};
WAYMARK_EVENT(measured, "Measured", "Thing", reading);

} // namespace apply_test

namespace waymark::test {

namespace {

struct applied {
  template <class Builder>
  explicit applied(Builder builder,
                   std::shared_ptr<projection_store> into = open("memory:").projections)
      : spec{std::move(builder).freeze()}, store{std::move(into)} {
    claim_order order;
    order.spec = spec;
    order.store = store;
    order.owner = "me";
    const auto report = claim_shard(order);
    REQUIRE(report.state == claim_report::status::granted);
    request.spec = spec;
    request.store = store;
    request.parked = report.parked;
    request.owner = {report.record.key, report.record.epoch};
  }

  apply_outcome operator()(const page_ptr& events) {
    const auto outcome = apply(request, *events);
    request.stored = outcome.stored;
    request.passed = outcome.passed;
    return outcome;
  }

  manual_clock time;
  spec_ptr spec;
  std::shared_ptr<projection_store> store;
  apply_request request;
};

using status = apply_outcome::status;
using positions = std::vector<std::int64_t>;

} // namespace

TEST_CASE("a page is applied in one commit with its checkpoint") {
  applied to{seeing()};
  const auto outcome = to(made_page({"a", "b", "c"}));
  CHECK(outcome.state == status::done);
  CHECK(outcome.handled == 3);
  CHECK(outcome.stored == 3);
  CHECK(seen_in(*to.store) == positions{1, 2, 3});
  CHECK(to.store->load({"p", 0})->position == 3);
}

TEST_CASE("a page whose handlers take longer than a transaction may is committed in parts") {
  auto builder = projection{"p"};
  builder.table("CREATE TABLE IF NOT EXISTS seen (position INTEGER PRIMARY KEY)")
      .on("X",
          [](read_model& db, const nlohmann::json&, const event& e) {
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
            db.execute("INSERT INTO seen VALUES ($1)", e.position);
          })
      .batch({100, std::chrono::milliseconds{1}});
  applied to{std::move(builder)};
  const auto page = made_page({"a", "b", "c"});
  positions expected;
  for (position_t position = 1; position <= 3; ++position) {
    const auto outcome = to(page);
    expected.push_back(position);
    CHECK(outcome.state == status::done);
    CHECK(outcome.handled == 1);
    CHECK(outcome.stored == position);
    CHECK(seen_in(*to.store) == expected);
    CHECK(to.store->load({"p", 0})->position == position);
  }
}

TEST_CASE("what comes before a bad event is committed, and the event is named") {
  applied to{seeing()};
  const auto page = made_page({"a", "bad", "c"});
  const auto outcome = to(page);
  CHECK(outcome.state == status::faulted);
  REQUIRE(outcome.culprit != nullptr);
  CHECK(outcome.culprit->position == 2);
  CHECK(outcome.stored == 1);
  CHECK(seen_in(*to.store) == positions{1});
}

TEST_CASE("a batch that fails is halved until one event is to blame") {
  for (std::size_t bad = 0; bad < 7; ++bad) {
    projection builder{"p"};
    builder.table("CREATE TABLE IF NOT EXISTS seen (position INTEGER PRIMARY KEY)")
        .on_batch({"X"}, [](read_model& db, batch_of<nlohmann::json> events) {
          for (const auto& each : events) {
            db.execute("INSERT INTO seen VALUES ($1)", each.envelope.position);
            if (each.envelope.aggregate_id == "bad")
              throw std::runtime_error{"bad stream"};
          }
        });
    applied to{std::move(builder)};
    std::vector<std::string> ids(7, "a");
    ids[bad] = "bad";
    const auto page = made_page(ids);
    auto outcome = to(page);
    while (outcome.state == status::done)
      outcome = to(page);
    REQUIRE(outcome.culprit != nullptr);
    CHECK(outcome.culprit->position == static_cast<position_t>(bad) + 1);
    CHECK(outcome.stored == static_cast<position_t>(bad));
    CHECK(seen_in(*to.store).size() == bad);
  }
}

TEST_CASE("events of a parked key are parked, in order and in the same commit") {
  applied to{seeing()};
  to.request.parked = std::make_shared<parked_set>(parked_set{{std::string{"Thing\0b", 7}, 1}});
  const auto outcome = to(made_page({"a", "b", "c", "b"}));
  CHECK(outcome.parked.size() == 2);
  CHECK(outcome.handled == 2);
  CHECK(to.store->parked_positions({"p", 0}, std::string{"Thing\0b", 7}) ==
        std::vector<position_t>{2, 4});
}

TEST_CASE("no transaction is open while handlers with effects outside run, whatever is parked") {
  for (const bool in_batches : {false, true}) {
    const temporary_folder folder;
    int handled = 0;
    const auto write_elsewhere = [&] {
      raw_sqlite{folder.file()}.execute("BEGIN IMMEDIATE; COMMIT"); // fails if somebody writes
      ++handled;
    };
    auto builder = projection::at_least_once("p");
    if (in_batches)
      builder.on_batch({"X"}, [&](batch_of<nlohmann::json>) { write_elsewhere(); });
    else
      builder.on("X", [&](const nlohmann::json&) { write_elsewhere(); });
    builder.batch({.max_transaction = std::chrono::hours{1}});
    applied to{std::move(builder), open(folder.address()).projections};
    const std::string key{"Thing\0b", 7};
    to.request.parked = std::make_shared<parked_set>(parked_set{{key, 1}});
    const auto outcome = to(made_page({"b", "a", "b", "c"}));
    CHECK(outcome.state == status::done);
    CHECK(outcome.stored == 4);
    CHECK(outcome.handled == 2);
    CHECK(handled == (in_batches ? 1 : 2));
    CHECK(to.store->parked_positions({"p", 0}, key) == std::vector<position_t>{1, 3});
    CHECK_FALSE(outcome.unsaved.has_value());
  }
}

TEST_CASE("who does not hold the epoch changes nothing") {
  applied to{seeing()};
  to.request.owner.epoch -= 1;
  CHECK(to(made_page({"a"})).state == status::fenced);
  CHECK(seen_in(*to.store).empty());
}

TEST_CASE("an event that can't be decoded is not worth a retry") {
  applied to{seeing()};
  auto page = std::make_shared<waymark::page>(*made_page({"a"}));
  page->events[0].data = payload::from_json("not JSON");
  const auto outcome = to(page);
  CHECK(outcome.state == status::faulted);
  CHECK(outcome.who == fault::event);
  CHECK(outcome.retry_is_useless);
}

TEST_CASE("a statement that failed decides about blame, whatever the handler makes of it") {
  for (const bool swallows : {true, false}) {
    projection builder{"p"};
    builder.on("X", [swallows](read_model& db, const nlohmann::json&) {
      try {
        db.execute("INSERT INTO missing VALUES (1)");
      } catch (const std::exception&) {
        if (!swallows)
          throw std::runtime_error{"it did not work"};
      }
    });
    applied to{std::move(builder)};
    const auto outcome = to(made_page({"a"}));
    CHECK(outcome.state == status::faulted);
    CHECK(outcome.who == fault::projection);
    CHECK_THAT(outcome.error, Catch::Matchers::ContainsSubstring("missing"));
  }
}

TEST_CASE("an event is given up with its letter and checkpoint in one commit") {
  applied to{seeing()};
  const auto page = made_page({"bad"});
  dead_letter letter;
  letter.position = 1;
  letter.sequence_key = "k";
  letter.subject = page->events[0];
  const auto outcome = give_up_event(to.request, page->events[0], letter, true);
  CHECK(outcome.stored == 1);
  CHECK(to.store->counts({"p", 0}) == letter_counts{1, 1, 1});
  CHECK(give_up_event(to.request, page->events[0], letter, true).state == status::fenced);
}

namespace {

/// A state that can be made, but not copied.
struct heavy {
  heavy() = default;
  heavy(const heavy&) { throw std::runtime_error{"too heavy"}; }
  heavy& operator=(const heavy&) = default;
  heavy(heavy&&) = default;
  heavy& operator=(heavy&&) = default;
  int handled = 0;
};

} // namespace

TEST_CASE("a state that can't be copied is the projection's fault, not the store's") {
  apply_request request;
  request.spec = projection::in_memory<heavy>("p")
                     .on("X", [](heavy& state, const nlohmann::json&) { ++state.handled; })
                     .snapshot()
                     .freeze();
  request.store = open("memory:").projections;
  request.state = std::make_shared<memory_state>();
  request.state->object = new_state(*request.spec);
  claim_order order;
  order.spec = request.spec;
  order.store = request.store;
  order.state = request.state;
  order.owner = "me";
  const auto report = claim_shard(order);
  REQUIRE(report.state == claim_report::status::granted);
  request.owner = {report.record.key, report.record.epoch};
  const auto outcome = apply(request, *made_page({"a"}));
  CHECK(outcome.state == status::faulted);
  CHECK(outcome.who == fault::projection);
  CHECK(outcome.error == "the state of \"p\" can't be copied: too heavy");
  CHECK(static_cast<const heavy*>(request.state->object.get())->handled == 0);
}

namespace {

/// Notes what a meter tells whenever the author's code runs.
struct metered {
  template <class Builder>
  void run(Builder builder, const page_ptr& events) {
    applied to{std::move(builder)};
    meter = std::make_shared<job_meter>(to.request.owner.key, "pool", to.spec,
                                        std::make_shared<handler_times>());
    to.request.meter = meter;
    outcome = to(events);
    CHECK(meter->look().at == job_meter::stage::in_store);
  }
  void note() {
    const auto view = meter->look();
    handling += view.at == job_meter::stage::handling && view.position == 1 ? 1 : 0;
  }
  std::shared_ptr<job_meter> meter;
  apply_outcome outcome;
  int handling = 0;
};

} // namespace

TEST_CASE("an author's rules and types are watched as handlers are") {
  metered test;
  SECTION("the key, the handler, and whether to try it again") {
    auto retry = retry_policy{};
    retry.retry_if = [&](const std::string& error) {
      test.note();
      return error != "hopeless";
    };
    test.run(projection{"p"}
                 .sequence_by("own",
                              [&](const event& e) {
                                test.note();
                                return e.aggregate_id;
                              })
                 .on("X",
                     [&](read_model&, const nlohmann::json&) {
                       test.note();
                       throw std::runtime_error{"hopeless"};
                     })
                 .retry(retry),
             made_page({"a"}));
    CHECK(test.handling == 3);
    CHECK(test.outcome.retry_is_useless);
  }
  SECTION("what is decoded for a batch") {
    apply_test::at_decoding = [&] { test.note(); };
    auto events = std::make_shared<page>(*made_page({"a"}));
    events->events[0].event_type = "Measured";
    events->events[0].data = payload::from_json(R"({"reading": 1})");
    test.run(projection{"p"}.on_batch<apply_test::measured>([](read_model&, const auto&) {}),
             events);
    apply_test::at_decoding = [] {};
    CHECK(test.outcome.handled == 1);
    CHECK(test.handling == 1);
  }
}

TEST_CASE("what a retry_if throws is for who decides") {
  auto retry = retry_policy{};
  retry.retry_if = [](const std::string&) -> bool { throw std::logic_error{"a bug"}; };
  applied to{seeing().retry(retry)};
  const auto outcome = to(made_page({"a", "bad"}));
  CHECK(outcome.state == status::faulted);
  CHECK(outcome.who == fault::event);
  CHECK(outcome.stored == 1);
  REQUIRE(outcome.broken_rule);
  CHECK_THROWS_AS(std::rethrow_exception(outcome.broken_rule), std::logic_error);
}

TEST_CASE("a handler may drive another projection, and is inside a handler still") {
  std::vector<bool> inside;
  const auto note = [&] { inside.push_back(inside_handler()); };
  applied to{projection{"p"}.on("X", [&](read_model&, const nlohmann::json&) {
    applied other{
        projection::at_least_once("q").on("X", [&](const nlohmann::json&) { note(); })};
    CHECK(other(made_page({"a"})).handled == 1);
    note();
  })};
  CHECK(to(made_page({"a"})).handled == 1);
  CHECK(inside == std::vector<bool>{true, true});
  CHECK_FALSE(inside_handler());
}

} // namespace waymark::test
