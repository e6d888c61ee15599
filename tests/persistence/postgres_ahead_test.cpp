// Units of work that begin with their first statement and end with their last.
#include "tests/catch.hpp"

#include "actors/apply.hpp"
#include "persistence/fault_point.hpp"
#include "tests/actors/core_fixture.hpp"
#include "tests/eventually.hpp"
#include "tests/persistence/handler_fixture.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <string_view>

using namespace waymark;
using namespace waymark::test;
using contract::step;

namespace {

struct ahead_fixture : handler_fixture<postgres_schema> {
  [[nodiscard]] std::int64_t rows() {
    std::int64_t result = 0;
    store.projections->read([&](read_model& db) {
      result = db.query_value<std::int64_t>("SELECT count(*) FROM t");
    });
    return result;
  }

  [[nodiscard]] position_t position() { return store.projections->load(owner.key)->position; }

  /// Another process takes the projection over.
  void take_over() {
    auto request = contract::request_of("p", "b");
    request.take_over = true;
    contract::own(*store.projections, request);
  }

  std::unique_ptr<unit_of_work> begin() {
    auto unit = store.projections->begin_ahead(owner);
    REQUIRE(unit);
    return unit;
  }
};

constexpr const char* add = "INSERT INTO t VALUES ($1, 'x')";

std::string quoted_in_address(std::string text) {
  for (const auto& [sign, code] : {std::pair{' ', "%20"}, std::pair{'<', "%3C"}})
    for (auto at = text.find(sign); at != text.npos; at = text.find(sign))
      text.replace(at, 1, code);
  return text;
}

void lose_the_answer(const char* place) {
  if (std::string_view{place} == "unit.commit_sent")
    throw store_error{"the answer is lost", store_error::outcome::unknown};
}

} // namespace

TEST_CASE_METHOD(ahead_fixture, "a unit that begins with its first statement commits it") {
  for (std::int64_t i = 0; i < 3; ++i) { // the first prepares, the others need not
    auto unit = begin();
    CHECK_FALSE(unit->fenced());
    CHECK(unit->model().execute(add, i) == 1);
    CHECK(unit->model().query_value<std::int64_t>("SELECT count(*) FROM t") == i + 1);
    CHECK(unit->commit(step(i, i + 1)) == commit_status::committed);
    CHECK(rows() == i + 1);
    CHECK(position() == i + 1);
  }
  CHECK(begin()->commit(step(3, 4)) == commit_status::committed);
  CHECK(position() == 4);
}

TEST_CASE_METHOD(ahead_fixture, "a unit that is dropped has written nothing") {
  begin()->model().execute(add, 1);
  CHECK(begin() != nullptr);
  CHECK(rows() == 0);
  CHECK(begin()->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(ahead_fixture, "a former owner finds out with its first statement") {
  {
    auto unit = begin();
    unit->model().execute(add, 1); // is prepared from now on
  }
  take_over();
  {
    auto unit = begin();
    CHECK_THROWS_AS(unit->model().execute(add, 1), store_error);
    CHECK(unit->failed());
    CHECK(unit->fenced());
  }
  {
    auto unit = begin();
    CHECK_THROWS_AS(unit->park("key", 1), store_error);
    CHECK(unit->fenced());
  }
  CHECK(begin()->commit(step(0, 1)) == commit_status::fenced);
  CHECK(begin()->fenced()); // it looks
  CHECK(rows() == 0);
  CHECK(position() == 0);
}

TEST_CASE_METHOD(ahead_fixture, "a former owner whose first event only parks stands by") {
  const std::string key{"Thing\0b", 7};
  for (const bool is_careful : {false, true}) {
    apply_request request;
    request.spec = seeing().freeze();
    request.store = store.projections;
    request.owner = owner;
    request.parked = std::make_shared<parked_set>(parked_set{{key, 1}});
    request.careful = is_careful; // and clears its marker
    take_over();
    const auto outcome = apply(request, *made_page({"b"}));
    CHECK(outcome.state == apply_outcome::status::fenced);
    CHECK(outcome.error.empty());
    owner.epoch = store.projections->load(owner.key)->epoch;
  }
}

TEST_CASE_METHOD(ahead_fixture, "an owner that is replaced in the meantime commits nothing") {
  auto unit = begin();
  unit->model().execute(add, 1);
  take_over();
  CHECK(unit->commit(step(0, 1)) == commit_status::fenced);
  CHECK(rows() == 0);
  owner.epoch = store.projections->load(owner.key)->epoch;
  CHECK(begin()->commit(step(7, 8)) == commit_status::fenced); // it is not at 7
  CHECK(begin()->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(ahead_fixture, "a first statement that fails is the event's fault") {
  for (int i = 0; i < 2; ++i) { // prepared for it, and prepared before
    auto unit = begin();
    CHECK_THROWS_AS(unit->model().execute("INSERT INTO t VALUES ($1 / 0)", 1), statement_error);
    CHECK(unit->failed());
    CHECK_FALSE(unit->fenced());
    CHECK_THROWS_AS(unit->commit(step(0, 1)), statement_error);
  }
  CHECK(position() == 0);
}

TEST_CASE_METHOD(ahead_fixture, "what only the commit checks rolls all back") {
  run_sql("ALTER TABLE " + place.name() +
          ".t ADD UNIQUE (x) DEFERRABLE INITIALLY DEFERRED");
  auto unit = begin();
  unit->model().execute(add, 1);
  unit->model().execute(add, 2);
  CHECK_THROWS_AS(unit->commit(step(0, 1)), statement_error);
  CHECK(rows() == 0);
  CHECK(position() == 0);
  CHECK(begin()->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(ahead_fixture, "settings are judged with the checkpoint") {
  run_sql("CREATE FUNCTION " + place.name() +
          ".hush() RETURNS void LANGUAGE sql AS "
          "'SELECT set_config(''search_path'', ''\"a>\", b\"'', false)'");
  auto unit = begin();
  unit->model().execute(add, 1);
  static_cast<void>(unit->model().query("SELECT hush()"));
  try {
    static_cast<void>(unit->commit(step(0, 1)));
    FAIL("it was committed");
  } catch (const projection_error& e) {
    CHECK(std::string_view{e.what()}.find("search_path = \"a>\", b") != std::string_view::npos);
  }
  CHECK(rows() == 0);
  CHECK(begin()->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(ahead_fixture, "a commit is judged in the same way whatever the password") {
  const std::string password = GENERATE("waymark", "owner", "r", "settings <", "on");
  CAPTURE(password);
  const bool ahead = GENERATE(true, false);
  store = open(place.address("&password=" + quoted_in_address(password)));
  const auto begin_unit = [&] {
    return ahead ? store.projections->begin_ahead(owner) : store.projections->begin(owner);
  };
  run_sql("CREATE FUNCTION " + place.name() +
          ".hush() RETURNS void LANGUAGE sql AS "
          "'SELECT set_config(''synchronous_commit'', ''off'', false)'");
  auto unit = begin_unit();
  static_cast<void>(unit->model().query("SELECT hush()"));
  CHECK_THROWS_AS(unit->commit(step(0, 1)), projection_error);
  unit.reset();
  CHECK(begin_unit()->commit(step(7, 8)) == commit_status::fenced);
  CHECK(begin_unit()->commit(step(0, 1)) == commit_status::committed);
}

TEST_CASE_METHOD(ahead_fixture, "an answer that is lost leaves a batch that is there or is not") {
  auto unit = begin();
  unit->model().execute(add, 1);
  fault_hook = lose_the_answer;
  CHECK_THROWS_AS(unit->commit(step(0, 1)), store_error);
  fault_hook = nullptr;
  unit.reset();
  REQUIRE(eventually([&] { return position() == 1; })); // the server had it all
  CHECK(rows() == 1);
  CHECK(begin()->commit(step(1, 2)) == commit_status::committed);
}

TEST_CASE_METHOD(ahead_fixture, "rows go together with the beginning, and one by one if need be") {
  const std::vector<std::int64_t> ids{1, 2, 3};
  for (std::int64_t i = 0; i < 3; ++i) {
    auto unit = begin();
    CHECK(unit->model().execute_many(
              "INSERT INTO t VALUES ($1) ON CONFLICT (id) DO UPDATE SET x = 'y'", ids) == 3);
    CHECK(unit->commit(step(i, i + 1)) == commit_status::committed);
  }
  CHECK(rows() == 3);
  auto unit = begin();
  const std::vector<std::int64_t> twice{4, 4};
  CHECK_THROWS_AS(unit->model().execute_many("INSERT INTO t VALUES ($1)", twice), statement_error);
}
