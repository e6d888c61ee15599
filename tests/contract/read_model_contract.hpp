// What every projection store that keeps tables promises besides (guarantee G2), as test cases for
// Catch2 version 2 or 3. Include Catch2 before this header, then name the store and say how to make
// an empty one:
//
//   WAYMARK_READ_MODEL_CONTRACT("my store", [](const waymark::clock& clk) { return make(clk); })
#pragma once

#include "projection_store_contract.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace waymark::contract {

inline const std::vector<std::string>& revenue_table() {
  static const std::vector<std::string> statements{
      "CREATE TABLE IF NOT EXISTS revenue (day TEXT PRIMARY KEY, cents BIGINT NOT NULL "
      "CHECK (cents >= 0))"};
  return statements;
}

inline std::int64_t revenue(projection_store& store) {
  std::int64_t result = 0;
  store.read([&](read_model& db) {
    result = db.query_value<std::int64_t>("SELECT coalesce(sum(cents), 0) FROM revenue");
  });
  return result;
}

inline constexpr const char* add_revenue =
    "INSERT INTO revenue VALUES ($1, $2) "
    "ON CONFLICT (day) DO UPDATE SET cents = revenue.cents + excluded.cents";

inline void tables_and_checkpoint_are_one(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(revenue_table());
  store->prepare_tables(revenue_table());
  const auto owner = own(*store, request_of("p", "a"));
  {
    auto unit = store->begin(owner);
    CHECK(unit->model().execute(add_revenue, "2026-11-21", 1250) == 1);
    CHECK(unit->model().execute(add_revenue, "2026-11-21", 50) == 1);
    CHECK(unit->model().query_value<std::int64_t>("SELECT cents FROM revenue") == 1300);
    REQUIRE(unit->commit(step(0, 2, 2)) == commit_status::committed);
  }
  CHECK(revenue(*store) == 1300);
  {
    auto unit = store->begin(owner);
    unit->model().execute(add_revenue, "2026-11-22", 1);
  } // not committed
  CHECK(revenue(*store) == 1300);
  {
    auto unit = store->begin(owner);
    unit->model().execute(add_revenue, "2026-11-22", 1);
    CHECK(unit->commit(step(0, 3)) == commit_status::fenced);
  }
  CHECK(revenue(*store) == 1300);
  const std::vector<std::string> truncate{"DELETE FROM revenue"};
  store->reset(request_of("p", "a"), truncate);
  CHECK(revenue(*store) == 0);
  CHECK(store->load(owner.key)->position == 0);

  // What can't be emptied is not reset.
  const auto again = own(*store, request_of("p", "a"));
  REQUIRE(store->save(again, step(0, 9)) == commit_status::committed);
  const std::vector<std::string> wrong{"DELETE FROM no_such_table"};
  CHECK_THROWS_AS(store->reset(request_of("p", "a"), wrong), projection_error);
  CHECK(store->load(owner.key)->position == 9);
  CHECK(store->load(owner.key)->epoch == again.epoch);
  // No event is to blame for what it would violate.
  const std::vector<std::string> negative{"INSERT INTO revenue VALUES ('2026-11-21', -1)"};
  CHECK_THROWS_AS(store->reset(request_of("p", "a"), negative), projection_error);
  CHECK_THROWS_AS(store->prepare_tables(negative), projection_error);
  CHECK(store->load(owner.key)->position == 9);
  const std::vector<std::string> bad{"CREATE TABLE good (x BIGINT)", "CREATE TABLE bad ("};
  CHECK_THROWS_AS(store->prepare_tables(bad), projection_error);
  CHECK_THROWS_AS(store->read([](read_model& db) { (void)db.query("SELECT * FROM good"); }),
                  projection_error);
}

inline void statements_can_be_tried(const projection_store_factory& make) {
  using kind = sql_trial::kind;
  manual_clock time;
  const auto store = make(time);
  const std::vector<sql_trial> trials{
      {kind::table, "CREATE TABLE IF NOT EXISTS tried (a TEXT, b BIGINT)"},
      {kind::table, "CREATE TABLE tried ("},
      {kind::handler, "INSERT INTO tried VALUES ($1, $2)"},
      {kind::handler, "INSERT INTO no_such_table VALUES ($1)"},
      {kind::handler, "SELECT 1; SELECT 2"},
      {kind::handler, "COMMIT"},
      {kind::script, "DELETE FROM tried; DELETE FROM tried"},
      {kind::script, "DELETE FROM no_such_table"},
      {kind::handler, "UPDATE tried SET b = $1"},
      {kind::handler, "VACUUM"},
  };
  for (int i = 0; i < 2; ++i) {
    const auto problems = store->try_statements(trials);
    REQUIRE(problems.size() == trials.size());
    for (const auto good : {0u, 2u, 6u, 8u})
      CHECK(problems[good] == "");
    for (const auto bad : {1u, 3u, 4u, 5u, 7u, 9u})
      CHECK(problems[bad] != "");
  }
  CHECK_THROWS_AS(store->read([](read_model& db) { (void)db.query("SELECT * FROM tried"); }),
                  projection_error);
  store->prepare_tables(revenue_table());
}

inline void arguments_by_number(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(std::vector<std::string>{
      "CREATE TABLE things (a TEXT, b TEXT, c TEXT, d BIGINT, e DOUBLE PRECISION)"});
  const auto owner = own(*store, request_of("p", "a"));
  auto unit = store->begin(owner);
  auto& db = unit->model();
  db.execute("INSERT INTO things (a, b, c) VALUES ($2, $1, $1)", "one", "two");
  const auto rows =
      db.query_as<std::string, std::string, std::string>("SELECT a, b, c FROM things");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0] == std::tuple<std::string, std::string, std::string>{"two", "one", "one"});
  db.execute("DELETE FROM things");

  const std::string text{"it's \"quoted\"; DROP TABLE things; -- \xc3\xa4"};
  db.execute("INSERT INTO things VALUES ($1, $2, $3, $4, $5)", text, nullptr, "",
             std::int64_t{1} << 60, 0.5);
  using opt = std::optional<std::string>;
  const auto found =
      db.query_as<std::string, opt, opt, std::int64_t, double>("SELECT a, b, c, d, e FROM things");
  REQUIRE(found.size() == 1);
  CHECK(std::get<0>(found[0]) == text);
  CHECK(std::get<1>(found[0]) == std::nullopt);
  CHECK(std::get<2>(found[0]) == "");
  CHECK(std::get<3>(found[0]) == std::int64_t{1} << 60);
  CHECK(std::get<4>(found[0]) == 0.5);
  CHECK(db.query_optional<std::int64_t>("SELECT d FROM things WHERE d = $1", 5) == std::nullopt);
  CHECK_THROWS_AS(db.query_value<std::int64_t>("SELECT d FROM things WHERE d = $1", 5),
                  usage_error);
  CHECK_THROWS_AS(db.query_value<std::int32_t>("SELECT d FROM things"), usage_error);
  CHECK_THROWS_AS(db.query_value<std::int64_t>("SELECT b FROM things"), usage_error);
  // What no event could make fit is the projection's fault.
  CHECK_THROWS_AS(db.query_value<std::int64_t>("SELECT a FROM things"), projection_error);
  CHECK_THROWS_AS(db.query_value<std::int64_t>("SELECT d, e FROM things"), projection_error);
  CHECK_THROWS_AS(db.query_as<std::int64_t>("SELECT d, e FROM things"), projection_error);
  CHECK_FALSE(unit->failed()); // it was the answer that did not fit, not the statement
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
}

/// An untyped handler passes on what the event's members are.
inline void json_keeps_its_kind(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(std::vector<std::string>{
      "CREATE TABLE things (a TEXT, b BIGINT, c DOUBLE PRECISION, d BOOLEAN, e TEXT, f TEXT)"});
  const auto owner = own(*store, request_of("p", "a"));
  auto unit = store->begin(owner);
  auto& db = unit->model();
  const auto data = nlohmann::json::parse(
      R"({"day":"it's","cents":12,"rate":0.5,"paid":true,"coupon":null,"items":[1,"x"],"n":-3})");
  db.execute("INSERT INTO things VALUES ($1, $2, $3, $4, $5, $6)", data["day"], data["cents"],
             data["rate"], data["paid"], data["coupon"], data["items"]);
  const auto found = db.query_as<std::string, std::int64_t, double, bool,
                                 std::optional<std::string>, std::string>("SELECT * FROM things");
  REQUIRE(found.size() == 1);
  CHECK(std::get<0>(found[0]) == "it's");
  CHECK(std::get<1>(found[0]) == 12);
  CHECK(std::get<2>(found[0]) == 0.5);
  CHECK(std::get<3>(found[0]));
  CHECK(std::get<4>(found[0]) == std::nullopt);
  CHECK(std::get<5>(found[0]) == R"([1,"x"])");
  CHECK(db.execute("UPDATE things SET b = $1, a = $2", data["n"], data["items"][1]) == 1);
  CHECK(db.query_value<std::string>("SELECT a FROM things WHERE b = -3") == "x");
  const auto days = nlohmann::json::parse(R"(["mon", null, "tue"])");
  CHECK(db.execute_many("INSERT INTO things (e) VALUES ($1)", days) == 3);
  CHECK(db.query_value<std::int64_t>("SELECT count(*) FROM things WHERE e IN ('mon', 'tue')") == 2);
}

inline void bytes_go_in_and_come_out(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(std::vector<std::string>{"CREATE TABLE things (id BIGINT, x BYTEA)"});
  const auto owner = own(*store, request_of("p", "a"));
  auto unit = store->begin(owner);
  auto& db = unit->model();
  const std::vector<std::uint8_t> octets{1, 0, 255};
  const char* insert = "INSERT INTO things VALUES ($1, $2)";
  db.execute(insert, 1, octets);
  const auto bytes = db.query_value<std::vector<std::byte>>("SELECT x FROM things");
  CHECK(bytes == std::vector{std::byte{1}, std::byte{0}, std::byte{255}});
  db.execute(insert, 2, bytes);
  db.execute(insert, 3, std::array{std::byte{1}, std::byte{0}, std::byte{255}});
  db.execute(insert, 4, std::optional<std::vector<std::byte>>{});
  CHECK(db.query_value<std::int64_t>("SELECT count(*) FROM things WHERE x = $1", bytes) == 3);
  CHECK(db.query_value<std::int64_t>("SELECT id FROM things WHERE x IS NULL") == 4);
}

inline void times_and_enums_go_in_and_come_out(const projection_store_factory& make) {
  enum class colour : std::uint8_t { red = 1, blue = 200 };
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(
      std::vector<std::string>{"CREATE TABLE things (x BIGINT, y TEXT, z TEXT)"});
  const auto owner = own(*store, request_of("p", "a"));
  auto unit = store->begin(owner);
  auto& db = unit->model();
  const auto now = std::chrono::system_clock::now();
  const nlohmann::json items{1, "x", {{"y", nullptr}}};
  db.execute("INSERT INTO things VALUES ($1, $2, $3)", colour::blue, now, items);
  const auto found = db.query_as<colour, std::chrono::system_clock::time_point, nlohmann::json>(
      "SELECT * FROM things");
  REQUIRE(found.size() == 1);
  CHECK(std::get<0>(found[0]) == colour::blue);
  CHECK(std::get<1>(found[0]) == std::chrono::floor<std::chrono::microseconds>(now));
  CHECK(std::get<2>(found[0]) == items);
}

/// Not every database has room for a NUL in a text; none may cut a text off there.
inline void text_with_nul_is_whole_or_refused(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(std::vector<std::string>{"CREATE TABLE things (a TEXT)"});
  const auto owner = own(*store, request_of("p", "a"));
  const std::string text{"a\0b", 3};
  std::int64_t kept = 1;
  {
    auto unit = store->begin(owner);
    try {
      unit->model().execute("INSERT INTO things VALUES ($1)", text);
      REQUIRE(unit->commit(step(0, 1)) == commit_status::committed);
    } catch (const statement_error&) { // the event's fault
      CHECK(unit->failed());
      kept = 0;
    }
  }
  store->read([&](read_model& db) {
    CHECK(db.query_value<std::int64_t>("SELECT count(*) FROM things") == kept);
    if (kept == 1)
      CHECK(db.query_value<std::string>("SELECT a FROM things") == text);
  });
}

template <class Exception>
inline void fails_as(projection_store& store, const ownership& owner,
                     const std::function<void(read_model&)>& handler) {
  const auto before = store.load(owner.key)->position;
  auto unit = store.begin(owner);
  REQUIRE(unit);
  unit->model().execute(add_revenue, "lost", 1);
  CHECK_THROWS_AS(handler(unit->model()), Exception); // swallowed, as a handler might
  CHECK(unit->failed());
  CHECK_THROWS(unit->model().execute(add_revenue, "lost", 1));
  CHECK_THROWS(unit->commit(step(before, before + 1)));
  unit.reset();
  CHECK(store.load(owner.key)->position == before);
  CHECK(revenue(store) == 0);
}

inline void failed_statements_fail_the_event(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(revenue_table());
  const auto owner = own(*store, request_of("p", "a"));
  const auto run = [](std::string sql) { return [sql](read_model& db) { db.execute(sql); }; };
  fails_as<statement_error>(*store, owner, run("INSERT INTO revenue VALUES ('x', -1)"));
  fails_as<statement_error>(*store, owner, run("INSERT INTO revenue VALUES ('x', NULL)"));
  fails_as<projection_error>(*store, owner, run("INSERT INTO no_such_table VALUES (1)"));
  fails_as<projection_error>(*store, owner, run("INSERT INTO revenue (nothing) VALUES (1)"));
  fails_as<projection_error>(*store, owner, run("INSRT INTO revenue"));
  fails_as<projection_error>(*store, owner, run("DELETE FROM revenue; DELETE FROM revenue"));
  fails_as<projection_error>(*store, owner, run(""));
  fails_as<projection_error>(*store, owner, run("-- nothing"));
  for (const char* sql :
       {"BEGIN", "COMMIT", "ROLLBACK", "END", "SAVEPOINT a", "RELEASE a", "ROLLBACK TO a",
        "ATTACH 'x' AS y", "DETACH y", "VACUUM", ";-- all of it\nvacuum revenue"})
    fails_as<projection_error>(*store, owner, run(sql));
  fails_as<projection_error>(*store, owner, [](read_model& db) { db.execute(add_revenue, "a"); });
  fails_as<projection_error>(*store, owner,
                             [](read_model& db) { db.execute(add_revenue, "a", 1, 2); });
  fails_as<projection_error>(*store, owner, [](read_model& db) {
    db.execute("INSERT INTO revenue VALUES ($1, $3)", 1, 2, 3);
  });
  // The store serves on after all that.
  auto unit = store->begin(owner);
  unit->model().execute(add_revenue, "kept", 5);
  CHECK(unit->commit(step(0, 1)) == commit_status::committed);
  CHECK(revenue(*store) == 5);
}

inline void many_rows_in_one_call(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(revenue_table());
  store->prepare_tables(std::vector<std::string>{
      "CREATE TABLE things (a TEXT, b BIGINT, c DOUBLE PRECISION, d TEXT)"});
  const auto owner = own(*store, request_of("p", "a"));
  auto unit = store->begin(owner);
  auto& db = unit->model();
  using opt = std::optional<std::string>;
  const std::vector<opt> names{"it's \"{x}\", \\", std::nullopt, "", "NULL"};
  const std::vector<std::int64_t> numbers{1, -2, std::int64_t{1} << 60, 4};
  const std::array<double, 4> reals{0.5, 1e300, -0.0, 0.1};
  const std::vector<std::string_view> texts{"a", "b", "c", "d"};
  const char* insert = "INSERT INTO things (d, c, b, a) VALUES ($4 || '!', $3, $2, $1)";
  CHECK(db.execute_many(insert, names, std::span{numbers}, reals, texts) == 4);
  const auto found = db.query_as<opt, std::int64_t, double, std::string>(
      "SELECT a, b, c, d FROM things ORDER BY d");
  REQUIRE(found.size() == 4);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(std::get<0>(found[i]) == names[i]);
    CHECK(std::get<1>(found[i]) == numbers[i]);
    CHECK(std::get<2>(found[i]) == reals[i]);
    CHECK(std::get<3>(found[i]) == std::string{texts[i]} + "!");
  }
  // Rows meet earlier ones, of the same call too, as if each had its own call.
  const std::vector<std::string> days{"mon", "tue", "wed"};
  const std::vector<std::string> again{"tue", "tue", "thu"};
  const std::vector<int> cents{1, 2, 4};
  CHECK(db.execute_many(add_revenue, days, cents) == 3);
  CHECK(db.execute_many(add_revenue, again, cents) == 3);
  CHECK(db.execute_many("INSERT INTO revenue VALUES ($1, $2) ON CONFLICT DO NOTHING", again,
                        cents) == 0);
  CHECK(db.query_value<std::int64_t>("SELECT cents FROM revenue WHERE day = 'tue'") == 5);
  // Any statement will do, and no rows are no call.
  CHECK(db.execute_many("UPDATE revenue SET cents = $2 WHERE day = $1", days, cents) == 3);
  CHECK(db.execute_many("DELETE FROM revenue WHERE day = $1", again) == 2);
  CHECK(db.execute_many("INSERT INTO revenue VALUES ($1, $2)", std::vector<std::string>{},
                        std::vector<int>{}) == 0);
  CHECK_THROWS_AS(db.execute_many(add_revenue, days, std::vector<int>{1}), usage_error);
  CHECK_FALSE(unit->failed());
  REQUIRE(unit->commit(step(0, 1)) == commit_status::committed);
  CHECK(revenue(*store) == 5); // mon 1, wed 4

  store->reset(request_of("p", "a"), std::vector<std::string>{"DELETE FROM revenue"});
  const auto anew = own(*store, request_of("p", "a"));
  const std::vector<std::optional<int>> wrong{1, -1, 2};
  const std::vector<std::optional<int>> missing{1, 2, std::nullopt};
  fails_as<statement_error>(*store, anew,
                            [&](read_model& m) { m.execute_many(add_revenue, days, wrong); });
  fails_as<statement_error>(*store, anew,
                            [&](read_model& m) { m.execute_many(add_revenue, days, missing); });
  fails_as<projection_error>(*store, anew, [&](read_model& m) {
    m.execute_many("INSERT INTO no_such_table VALUES ($1)", days);
  });
  fails_as<projection_error>(*store, anew,
                             [&](read_model& m) { m.execute_many(add_revenue, days); });
}

inline void queries_write_nothing(const projection_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->prepare_tables(revenue_table());
  for (const char* sql : {"INSERT INTO revenue VALUES ('x', 1)", "DELETE FROM revenue",
                          "INSERT INTO revenue VALUES ('x', 1) RETURNING day"})
    CHECK_THROWS_AS(store->read([&](read_model& db) { (void)db.query(sql); }), statement_error);
  CHECK(revenue(*store) == 0);
  CHECK_THROWS_AS(store->read([](read_model&) { throw std::out_of_range{"mine"}; }),
                  std::out_of_range);
}

} // namespace waymark::contract

#define WAYMARK_READ_MODEL_CONTRACT(NAME, ...)                                                     \
  TEST_CASE(NAME ": tables and checkpoint are one", "[contract]") {                                \
    waymark::contract::tables_and_checkpoint_are_one(__VA_ARGS__);                                 \
  }                                                                                                \
  TEST_CASE(NAME ": statements can be tried", "[contract]") {                                      \
    waymark::contract::statements_can_be_tried(__VA_ARGS__);                                       \
  }                                                                                                \
  TEST_CASE(NAME ": arguments go by number", "[contract]") {                                       \
    waymark::contract::arguments_by_number(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": a JSON value keeps its kind", "[contract]") {                                  \
    waymark::contract::json_keeps_its_kind(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": bytes go in and come out", "[contract]") {                                     \
    waymark::contract::bytes_go_in_and_come_out(__VA_ARGS__);                                      \
  }                                                                                                \
  TEST_CASE(NAME ": times and enums go in and come out", "[contract]") {                           \
    waymark::contract::times_and_enums_go_in_and_come_out(__VA_ARGS__);                            \
  }                                                                                                \
  TEST_CASE(NAME ": a text with NUL comes back whole or is refused", "[contract]") {               \
    waymark::contract::text_with_nul_is_whole_or_refused(__VA_ARGS__);                             \
  }                                                                                                \
  TEST_CASE(NAME ": a failed statement fails the event", "[contract]") {                           \
    waymark::contract::failed_statements_fail_the_event(__VA_ARGS__);                              \
  }                                                                                                \
  TEST_CASE(NAME ": many rows in one call", "[contract]") {                                        \
    waymark::contract::many_rows_in_one_call(__VA_ARGS__);                                         \
  }                                                                                                \
  TEST_CASE(NAME ": queries write nothing", "[contract]") {                                        \
    waymark::contract::queries_write_nothing(__VA_ARGS__);                                         \
  }
