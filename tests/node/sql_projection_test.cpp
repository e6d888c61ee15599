// SQL projections on the store in memory and, with a server, on PostgreSQL.
#include "node/configuration/configuration.hpp"
#include "node/sql/sql_projection.hpp"

#include <waymark/actors/projector.hpp>
#include <waymark/messages/append.hpp>
#include <waymark/persistence/store.hpp>

#include "tests/catch.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/persistence/temporary_folder.hpp"

using namespace waymark;

namespace {

constexpr const char* configuration_text = R"json({
  "store": "memory:",
  "projections": {"all-kinds": {
    "tables": "CREATE TABLE IF NOT EXISTS kinds (position BIGINT PRIMARY KEY, stream TEXT, at TEXT,
               i BIGINT, d DOUBLE PRECISION, s TEXT, t BOOLEAN, o TEXT, missing TEXT, by TEXT)",
    "truncate": "DELETE FROM kinds",
    "retry": {"attempts": 1},
    "on": {
      "Made": ["INSERT INTO kinds VALUES ({position}, {aggregate_id}, {occurred_at}, {/i}, {/d},
                {/s}, {/t}, {/o}, {/missing?}, {metadata/by?})",
               "UPDATE kinds SET i = i + {/i} WHERE position = {position}"],
      "Gone": "DELETE FROM kinds WHERE stream = {aggregate_id} AND s <> '{{}}'"}}}
})json";

std::string one_line(std::string text) {
  for (auto& c : text)
    if (c == '\n')
      c = ' ';
  return text;
}

void append(event_store& log, const char* type, const char* id, const char* json,
            const char* metadata = "") {
  append_command command;
  command.stream = {"Thing", id};
  command.events.push_back(json_event(type, json));
  command.events.back().metadata = metadata;
  command.events.back().occurred_at = timestamp{};
  (void)log.append(std::move(command));
}

using row = std::tuple<std::int64_t, std::string, std::string, std::int64_t, std::optional<double>,
                       std::string, bool, std::string, std::optional<std::string>,
                       std::optional<std::string>>;

void every_kind_arrives(const store& in) {
  const auto read = node::parse_configuration(one_line(configuration_text), "x.json", {});
  projector by_hand{node::make_projection(read.projections.at(0), in.projections), in.projections};
  append(*in.events, "Made", "a",
         R"({"i": 21, "d": 0.5, "s": "it's $1", "t": true, "o": {"k": []}})",
         R"({"by": "Ada"})");
  append(*in.events, "Made", "b", R"({"i": -1, "d": null, "s": "", "t": false, "o": [1]})");
  append(*in.events, "Made", "c", R"({"i": 1})"); // no /d: given up, and nothing of it stays
  append(*in.events, "Made", "d", R"({"i": 1, "d": 1, "s": "x", "t": true, "o": "p"})");
  append(*in.events, "Gone", "d", "{}");
  by_hand.resume(*in.events);

  std::vector<row> rows;
  in.projections->read([&](read_model& db) {
    rows = db.query_as<std::int64_t, std::string, std::string, std::int64_t, std::optional<double>,
                       std::string, bool, std::string, std::optional<std::string>,
                       std::optional<std::string>>("SELECT * FROM kinds ORDER BY position");
  });
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == row{1, "a", "1970-01-01T00:00:00.000000Z", 42, 0.5, "it's $1", true,
                       R"({"k": []})", std::nullopt, "Ada"});
  CHECK(rows[1] == row{2, "b", "1970-01-01T00:00:00.000000Z", -2, std::nullopt, "", false, "[1]",
                       std::nullopt, std::nullopt});
  const auto letters = in.projections->letters({});
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].position == 3);
  CHECK_THAT(letters[0].error, Catch::Matchers::ContainsSubstring("{/d} finds nothing"));
}

} // namespace

TEST_CASE("every kind of value arrives in SQLite") {
  const test::temporary_folder folder;
  every_kind_arrives(open(folder.address()));
}

TEST_CASE("SQLite is given numbers, texts and NULL as what they are") {
  const test::temporary_folder folder;
  const auto in = open(folder.address());
  const auto* const text = R"json({"store": "memory:", "projections": {"kinds": {
      "tables": "CREATE TABLE IF NOT EXISTS kinds (kind)",
      "on": {"Made": ["INSERT INTO kinds VALUES (typeof({/i})), (typeof({/d})), (typeof({/s}))",
                      "INSERT INTO kinds VALUES (typeof({/n})), (typeof({/o})), (typeof({data}))",
                      "INSERT INTO kinds VALUES (typeof({position}))",
                      "INSERT INTO kinds VALUES (typeof({tenant_id}))"]}}}})json";
  const auto read = node::parse_configuration(text, "x.json", {});
  projector by_hand{node::make_projection(read.projections.at(0), in.projections), in.projections};
  append(*in.events, "Made", "a", R"({"i": 21, "d": 1.0, "s": "21", "n": null, "o": {}})");
  by_hand.resume(*in.events);
  std::vector<std::string> kinds;
  in.projections->read([&](read_model& db) {
    for (const auto& [kind] : db.query_as<std::string>("SELECT kind FROM kinds ORDER BY rowid"))
      kinds.push_back(kind);
  });
  CHECK(kinds == std::vector<std::string>{"integer", "real", "text", "null", "text", "text",
                                          "integer", "null"});
}

TEST_CASE("every kind of value arrives in PostgreSQL") {
  const test::postgres_schema schema;
  every_kind_arrives(open(schema.address()));
}
