#include "tests/catch.hpp"

#include "tests/contract/event_store_contract.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <thread>

namespace waymark::test {

namespace {

using Catch::Matchers::ContainsSubstring;
using contract::command;
using contract::event_of;

template <class Exception>
std::string refusal_of(const std::string& address, const open_options& options = {}) {
  try {
    (void)open(address, options);
  } catch (const Exception& e) {
    return e.what();
  }
  return "it was opened";
}

} // namespace

TEST_CASE("many open an empty database at the same time") {
  const postgres_schema schema;
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (auto& id : ids)
    threads.emplace_back([&] { id = open(schema.address()).events->log_id(); });
  for (auto& each : threads)
    each.join();
  CHECK_FALSE(ids.front().empty());
  CHECK(std::count(ids.begin(), ids.end(), ids.front()) == 8);
}

TEST_CASE("what was appended is there after opening again") {
  const postgres_schema schema;
  open(schema.address()).events->append(command("s", no_stream, {event_of("A")}));
  const auto again = open(schema.address()).events;
  CHECK(again->head() == 1);
  CHECK(again->append(command("s", 1, {event_of("A")})).last_position == 2);
}

TEST_CASE("tables that an operator made are used, and none are made without leave") {
  const postgres_schema schema;
  CHECK_THAT(refusal_of<incompatible_store>(schema.address("&schema_mode=verify")),
             ContainsSubstring("postgresql_schema"));
  CHECK_THAT(refusal_of<store_error>(schema.address(), {.create = false}),
             ContainsSubstring("there are no tables of waymark's yet"));
  run_sql(postgresql_schema(schema.address()));
  const auto events = open(schema.address("&schema_mode=verify")).events;
  CHECK(events->append(command("s", no_stream, {event_of("A")})).last_position == 1);

  run_sql("INSERT INTO " + schema.name() + ".schema_steps VALUES (999, 'later')");
  CHECK_THAT(refusal_of<incompatible_store>(schema.address()), ContainsSubstring("newer waymark"));
}

TEST_CASE("a role needs no more than docs/postgresql.md says") {
  const postgres_schema schema;
  (void)open(schema.address());
  const auto role = "r" + schema.name();
  run_sql("CREATE ROLE " + role + " LOGIN");
  run_sql("GRANT USAGE ON SCHEMA " + schema.name() + " TO " + role +
          "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema.name() +
          " TO " + role + "; REVOKE UPDATE, DELETE ON " + schema.name() + ".events FROM " + role);
  auto address = schema.address("&schema_mode=verify");
  address.replace(address.find("user=waymark"), 12, "user=" + role);
  const auto store = open(address);
  CHECK(store.events->append(command("s", no_stream, {event_of("A")})).last_position == 1);
  store.projections->save_position("p", 7);
  CHECK(store.projections->load_position("p") == 7);
  run_sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_CASE("sessions of another isolation are refused") {
  const postgres_schema schema;
  for (const char* level : {"serializable", "repeatable\\%20read"}) {
    auto address = schema.address();
    address.replace(address.find("-csearch_path"), 13,
                    std::string{"-cdefault_transaction_isolation%3D"} + level + "%20-csearch_path");
    CHECK_THAT(refusal_of<incompatible_store>(address), ContainsSubstring("READ COMMITTED"));
  }
}

TEST_CASE("a database of another encoding is refused") {
  const auto name = postgres_schema{}.name();
  run_sql("CREATE DATABASE " + name +
          " ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' "
          "LC_CTYPE 'C'");
  auto address = postgres_server::instance().address;
  address.replace(address.find("/postgres?"), 10, "/" + name + "?");
  CHECK_THAT(refusal_of<incompatible_store>(address), ContainsSubstring("UTF8"));
  run_sql("DROP DATABASE " + name + " WITH (FORCE)");
}

TEST_CASE("the SQL functions append in users' own transactions") {
  const postgres_schema schema;
  const auto events = open(schema.address()).events;
  const auto call = "SELECT " + schema.name() + ".append_event('Order', 'o-1', 'Placed', ";
  CHECK(run_sql(call + "'{\"cents\": 5}')") == "1");
  CHECK(run_sql(call + "'[1]', expected => 1)") == "2");
  CHECK_THROWS_WITH(run_sql(call + "'{}', expected => 7)"),
                    ContainsSubstring("is at version 2, the append expected 7"));
  CHECK_THROWS_WITH(run_sql(call + "'{')"), ContainsSubstring("json"));
  CHECK_THROWS_WITH(run_sql("BEGIN ISOLATION LEVEL REPEATABLE READ; " + call + "'{}'); COMMIT"),
                    ContainsSubstring("READ COMMITTED"));
  CHECK(run_sql("BEGIN; " + call + "'{}'); ROLLBACK").empty());
  const auto found = events->read_all(0).events;
  REQUIRE(found.size() == 2);
  CHECK(found[0].data.text() == "{\"cents\": 5}");
  CHECK(events->append({{"Order", "o-1"}, 2, {event_of("B")}}).last_position == 3);
}

TEST_CASE("an append is durable whatever the session says") {
  const postgres_schema schema;
  (void)open(schema.address());
  CHECK(run_sql("SET synchronous_commit = off; BEGIN; SELECT " + schema.name() +
                ".append_event('Order', 'o', 'Placed', '{}'); SHOW synchronous_commit") == "on");
}

} // namespace waymark::test
