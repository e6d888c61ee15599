#include "tests/catch.hpp"

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/handler_model.hpp"
#include "tests/persistence/handler_fixture.hpp"
#include "tests/persistence/raw_sqlite.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <waymark/persistence/store.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <map>

namespace waymark::test {

namespace {

using Catch::Matchers::ContainsSubstring;
using contract::step;

using handler = handler_fixture<temporary_folder>;

template <class T>
constexpr bool binds = std::is_constructible_v<sql_value, T>;

enum class letter_kind : char { a = 'a' };

struct to_text {
  int member;
};
[[maybe_unused]] void to_json(nlohmann::json& out, const to_text& of) {
  out = of.member;
}

} // namespace

TEST_CASE("what is not one value is not bound as another") {
  STATIC_REQUIRE(binds<bool>);
  STATIC_REQUIRE(binds<std::int8_t>);
  STATIC_REQUIRE(binds<letter_kind>);
  STATIC_REQUIRE(binds<nlohmann::json>);
  STATIC_REQUIRE(binds<std::vector<std::byte>>);
  STATIC_REQUIRE(binds<std::span<std::byte>>);
  STATIC_REQUIRE(binds<std::array<std::byte, 4>>);
  STATIC_REQUIRE(binds<std::vector<std::uint8_t>>);
  STATIC_REQUIRE(binds<std::optional<std::string>>);
  STATIC_REQUIRE_FALSE(binds<char>);
  STATIC_REQUIRE_FALSE(binds<char16_t>);
  STATIC_REQUIRE_FALSE(binds<int*>);
  STATIC_REQUIRE_FALSE(binds<const char8_t*>);
  STATIC_REQUIRE_FALSE(binds<std::vector<int>>);
  STATIC_REQUIRE_FALSE(binds<std::pair<int, int>>);
  STATIC_REQUIRE_FALSE(binds<std::map<std::string, int>>);
  STATIC_REQUIRE_FALSE(binds<to_text>);
  CHECK(std::holds_alternative<std::nullptr_t>(
      sql_value{static_cast<const char*>(nullptr)}.get()));
}

TEST_CASE("a value keeps the text that is moved into it") {
  const std::string kept(100, 'x');
  const std::vector<sql_value> values{std::string{kept}, nlohmann::json(kept),
                                      std::optional<std::string>{kept}};
  for (const auto& each : values)
    CHECK(std::get<std::string>(each.get()) == kept);
  CHECK(std::get<std::string_view>(sql_value{kept}.get()).data() == kept.data());
}

TEST_CASE_METHOD(handler, "handlers keep off the transaction, settings and waymark's tables") {
  for (const char* sql : {"BEGIN IMMEDIATE",
                          "END TRANSACTION",
                          "SAVEPOINT s",
                          "ATTACH ':memory:' AS m",
                          "DETACH main",
                          "VACUUM INTO 'copy.db'",
                          "SELECT Load_Extension('x')",
                          "INSERT INTO t VALUES (1, load_extension('x', 'y'))",
                          "PRAGMA journal_mode = DELETE",
                          "PRAGMA synchronous = OFF",
                          "PRAGMA wal_checkpoint",
                          "PRAGMA writable_schema = 1",
                          "PRAGMA user_version = 3",
                          "PRAGMA foreign_keys = 1",
                          "DELETE FROM waymark_events",
                          "UPDATE waymark_checkpoints SET epoch = 0",
                          "SELECT * FROM waymark_events",
                          "DROP TABLE Waymark_Events",
                          "CREATE TABLE waymark_mine (x)",
                          "CREATE INDEX i ON waymark_events (data)",
                          "ALTER TABLE waymark_events ADD COLUMN x",
                          "CREATE TRIGGER g AFTER INSERT ON waymark_events BEGIN SELECT 1; END",
                          "INSERT INTO t SELECT position, data FROM waymark_events",
                          "DELETE FROM t; DELETE FROM t",
                          "SELECT ?",
                          "SELECT ?1",
                          "SELECT :name",
                          "SELECT @x",
                          "SELECT $name",
                          "SELECT $0"}) {
    INFO(sql);
    CHECK_THAT(refused<projection_error>(sql), ContainsSubstring("\"") || ContainsSubstring(":"));
  }
  for (const char* sql : {"PRAGMA table_info(t)", "PRAGMA user_version", "SELECT count(*) FROM t",
                          "CREATE TABLE other (waymark_x)", "DELETE FROM t; -- and a comment",
                          "WITH n(i) AS (VALUES (1)) INSERT INTO t SELECT i, 'x' FROM n"}) {
    INFO(sql);
    runs(sql);
  }
}

TEST_CASE_METHOD(handler, "a statement that ends the transaction fails the event") {
  runs("INSERT OR ROLLBACK INTO t VALUES (1, 'a')");
  auto unit = store.projections->begin(owner);
  unit->model().execute("INSERT INTO t VALUES (1, 'a')");
  CHECK_THROWS_AS(unit->model().execute("INSERT OR ROLLBACK INTO t VALUES (1, 'b')"),
                  statement_error);
  CHECK_THROWS_AS(unit->model().execute("INSERT INTO t VALUES (2, 'c')"), statement_error);
  CHECK_THROWS_AS(unit->commit(step(0, 1)), statement_error);
  unit.reset();
  store.projections->prepare_tables(
      std::vector<std::string>{"CREATE TRIGGER no_three BEFORE INSERT ON t WHEN NEW.id = 3 "
                               "BEGIN SELECT RAISE(ROLLBACK, 'three is refused'); END"});
  CHECK_THAT(refused<statement_error>("INSERT INTO t VALUES (3, 'x')"),
             ContainsSubstring("three is refused"));
  store.projections->read(
      [](read_model& db) { CHECK(db.query_value<std::int64_t>("SELECT count(*) FROM t") == 0); });
}

TEST_CASE_METHOD(handler, "a table that goes away is the projection's fault, not the event's") {
  const char* insert = "INSERT INTO t VALUES (1, 'a')";
  runs(insert); // kept from here on
  raw_sqlite{place.file()}.execute("DROP TABLE t");
  CHECK_THAT(refused<projection_error>(insert), ContainsSubstring("no such table"));
  raw_sqlite{place.file()}.execute("CREATE TABLE t (other TEXT)");
  refused<projection_error>(insert);
  raw_sqlite{place.file()}.execute("DROP TABLE t; CREATE TABLE t (id, x)");
  runs(insert);
}

TEST_CASE_METHOD(handler, "values are blamed on the event") {
  for (const char* sql : {"INSERT INTO t VALUES ('text', 1)", "SELECT json('{')",
                          "SELECT abs(-9223372036854775808)", "SELECT zeroblob(2000000000)"}) {
    INFO(sql);
    if (std::string_view{sql}.starts_with("INSERT"))
      runs(sql); // BIGINT takes text in a table that is not STRICT
    else
      refused<statement_error>(sql);
  }
}

TEST_CASE_METHOD(handler, "execute answers the rows it changed") {
  auto unit = store.projections->begin(owner);
  auto& db = unit->model();
  CHECK(db.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')") == 2);
  CHECK(db.execute("SELECT * FROM t") == 0);
  CHECK(db.execute("CREATE TABLE u (y)") == 0);
  CHECK(db.execute("UPDATE t SET x = $1", "c") == 2);
  CHECK(db.execute("DELETE FROM t WHERE id = $1", 7) == 0);
  CHECK(db.query("SELECT id, x FROM t WHERE id > 5").columns ==
        std::vector<std::string>{"id", "x"});
  const auto returned = db.query_as<std::int64_t>("DELETE FROM t WHERE id = 1 RETURNING id");
  CHECK(returned.size() == 1);
  CHECK(db.query_value<std::string>("SELECT $1::text", "cast") == "cast");
}

TEST_CASE("the statements of handlers are kept up to a bound") {
  sqlite::connection on{":memory:", "memory:", sqlite::connection::mode::create,
                        std::chrono::milliseconds{0}};
  on.begin_immediate();
  sqlite::handler_model model{on, sql::handler_model::access::write};
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 1000; ++i)
      CHECK(static_cast<read_model&>(model).query_value<std::int64_t>(
                "SELECT " + std::to_string(i) + " + $1", 1) == i + 1);
  CHECK(on.handlers().kept() == sqlite::handler_statements::bound);
}

TEST_CASE("cells turn into what is asked for, or say why not") {
  using cell = sql_cell;
  CHECK(cell_as<int>(cell{std::int64_t{7}}, "c") == 7);
  CHECK(cell_as<bool>(cell{std::int64_t{1}}, "c"));
  CHECK(cell_as<double>(cell{std::int64_t{7}}, "c") == 7.0);
  CHECK(cell_as<std::optional<int>>(cell{nullptr}, "c") == std::nullopt);
  CHECK(cell_as<std::optional<std::string>>(cell{std::string{"x"}}, "c") == "x");
  const auto id = uuid::v7();
  CHECK(cell_as<uuid>(cell{id.to_string()}, "c") == id);
  const timestamp when{std::chrono::microseconds{1'700'000'000'123'456}};
  CHECK(cell_as<timestamp>(cell{to_string(when)}, "c") == when);
  CHECK(cell_as<std::chrono::sys_seconds>(cell{to_string(when)}, "c") ==
        std::chrono::sys_seconds{std::chrono::seconds{1'700'000'000}});
  using nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;
  CHECK(cell_as<nanoseconds>(cell{to_string(when)}, "c") == when);
  CHECK_THROWS_AS(cell_as<nanoseconds>(cell{to_string(latest_timestamp)}, "c"), usage_error);
  CHECK(cell_as<letter_kind>(cell{std::int64_t{'a'}}, "c") == letter_kind::a);
  CHECK_THROWS_AS(cell_as<letter_kind>(cell{std::int64_t{1000}}, "c"), usage_error);
  CHECK(cell_as<nlohmann::json>(cell{std::string{"[1]"}}, "c") == nlohmann::json{1});
  CHECK_THROWS_AS(cell_as<nlohmann::json>(cell{std::string{"["}}, "c"), usage_error);
  CHECK(cell_as<std::vector<std::uint8_t>>(cell{std::vector{std::byte{255}}}, "c") ==
        std::vector<std::uint8_t>{255});
  CHECK_THROWS_AS(cell_as<std::int8_t>(cell{std::int64_t{200}}, "c"), usage_error);
  CHECK_THROWS_AS(cell_as<unsigned>(cell{std::int64_t{-1}}, "c"), usage_error);
  CHECK_THROWS_AS(cell_as<bool>(cell{std::int64_t{2}}, "c"), usage_error);
  CHECK_THROWS_AS(cell_as<int>(cell{nullptr}, "c"), usage_error);
  CHECK_THROWS_AS(cell_as<int>(cell{1.5}, "c"), usage_error);
  CHECK_THROWS_AS(cell_as<uuid>(cell{std::string{"x"}}, "c"), usage_error);
  CHECK_THROWS_AS(sql_value{~std::uint64_t{0}}, usage_error);
  CHECK_THROWS_AS(sql_value{nlohmann::json(~std::uint64_t{0})}, usage_error);
  CHECK_THROWS_AS((sql_value{nlohmann::json{"\xff", 1}}), usage_error);
  CHECK_THROWS_AS(cell_as<int>(cell{std::string{"ten"}}, "c"), projection_error);
  CHECK_THROWS_AS(cell_as<std::string>(cell{std::int64_t{10}}, "c"), projection_error);
  CHECK_THROWS_AS(cell_as<uuid>(cell{std::int64_t{10}}, "c"), projection_error);
  CHECK_THROWS_AS(cell_as<std::vector<std::byte>>(cell{std::string{"x"}}, "c"), projection_error);
  CHECK_THROWS_WITH(cell_as<int>(cell{std::string{"ten"}}, "amount"),
                    ContainsSubstring("amount") && ContainsSubstring("text") &&
                        ContainsSubstring("integer"));
}

} // namespace waymark::test
