#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <fstream>
#include <iterator>

using namespace waymark;
using namespace waymark::test;

namespace {

append_command with_data(const std::string& json) {
  append_command command;
  command.stream = {"Order", "o"};
  command.events.push_back(json_event("OrderPlaced", json));
  return command;
}

std::string nested(int depth) {
  const auto size = static_cast<std::size_t>(depth);
  return "{\"day\":" + std::string(size, '[') + std::string(size, ']') + ",\"cents\":1}";
}

} // namespace

TEST_CASE("what is not JSON is refused at the append, in words, and nothing is written") {
  engine_fixture test;
  for (const auto& address : {std::string{"memory:"}, test.folder.address()}) {
    engine it{open(address), test.options()};
    it.start(shop::revenue());
    const std::vector<std::string> bad{"",
                                       "not json",
                                       "{\"day\":\"x\"",
                                       "{\"day\":\"\xff\xfe\"}",
                                       std::string{"{\"a\":1}\0x", 9},
                                       std::string{"{\"day\":\"\0\"}", 11},
                                       "{\"day\":NaN}",
                                       "{} {}",
                                       nested(100'000),
                                       "\"" + std::string(17u * 1024 * 1024, 'x') + "\""};
    for (const auto& json : bad) {
      CAPTURE(address, json.substr(0, 40));
      CHECK_THROWS_AS(it.append(with_data(json)), usage_error);
    }
    auto metadata = with_data("{}");
    metadata.events[0].metadata = "[1]";
    CHECK_THROWS_AS(it.append(metadata), usage_error);
    CHECK(it.head() == 0);
    CHECK(it.wait_until("revenue", place_orders(it, 1), patience) == wait_result::reached);
  }
}

TEST_CASE("JSON that no handler can read becomes a letter each, never a crash") {
  engine_fixture test;
  for (const auto& address : {std::string{"memory:"}, test.folder.address()}) {
    engine it{open(address), test.options()};
    it.start(shop::revenue().on_give_up(give_up::skip_event));
    it.start(shop::revenue_in_memory().on_give_up(give_up::skip_event));
    CHECK_THROWS_AS(it.append(with_data("{\"day\":\"x\",\"cents\":1e400}")), usage_error);
    const std::vector<std::string> bad{"{}",
                                       "[]",
                                       "null",
                                       "7",
                                       "{\"day\":7,\"cents\":1}",
                                       "{\"day\":\"x\",\"cents\":\"1\"}",
                                       "{\"day\":\"x\",\"cents\":99999999999999999999999}",
                                       nested(150)};
    std::vector<position_t> expected;
    for (const auto& json : bad) {
      expected.push_back(it.append(with_data(json)).last_position);
      place_orders(it, 1, "good-" + json.substr(0, 3)); // so that ten in a row do not fail it
    }
    const auto token = place_orders(it, 1, "last-");
    for (const auto* name : {"revenue", "revenue-in-memory"}) {
      CAPTURE(address, name);
      CHECK(it.wait_until(name, token, patience) == wait_result::reached);
      std::vector<position_t> given_up;
      for (const auto& letter : it.dead_letters({.projection = name})) {
        given_up.push_back(letter.position);
        CHECK_FALSE(letter.error.empty());
      }
      CHECK(given_up == expected);
    }
    CHECK(cents_of(it) == static_cast<std::int64_t>(bad.size()) + 1);
  }
}

TEST_CASE("a NUL that JSON may hold comes through a handler into a table and back") {
  engine_fixture test;
  for (const auto& address : {std::string{"memory:"}, test.folder.address()}) {
    CAPTURE(address);
    engine it{open(address), test.options()};
    it.start(shop::revenue());
    const auto token = it.append(with_data("{\"day\":\"a\\u0000b\",\"cents\":1}"));
    CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
    CHECK(it.read("revenue").query_value<std::string>("SELECT day FROM revenue") ==
          std::string{"a\0b", 3});
  }
}

TEST_CASE("a payload of 16 MiB passes through") {
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  it.start(projection{"sizes"}
               .table("CREATE TABLE IF NOT EXISTS sizes (bytes BIGINT)")
               .on("Big", [](read_model& db, const nlohmann::json& data) {
                 db.execute("INSERT INTO sizes VALUES ($1)",
                            static_cast<std::int64_t>(data.get_ref<const std::string&>().size()));
               }));
  const std::size_t size = 16u * 1024 * 1024 - 2;
  append_command command;
  command.stream = {"Blob", "b"};
  command.events.push_back(json_event("Big", "\"" + std::string(size, 'x') + "\""));
  const auto token = it.append(std::move(command));
  CHECK(it.wait_until("sizes", token, patience) == wait_result::reached);
  CHECK(it.read("sizes").query_value<std::int64_t>("SELECT bytes FROM sizes") ==
        static_cast<std::int64_t>(size));
}

TEST_CASE("a payload of 16 MiB is a letter like any other: retried, and discarded") {
  engine_fixture test;
  const auto poisonous = poison();
  engine it{test.open_file(), test.options()};
  it.start(projection{"sizes"}
               .table("CREATE TABLE IF NOT EXISTS sizes (bytes BIGINT)")
               .on("Big",
                   [poisonous](read_model& db, const nlohmann::json& data) {
                     const auto& text = data.get_ref<const std::string&>();
                     if (poisonous->load())
                       throw std::runtime_error{"can't stand " + text};
                     db.execute("INSERT INTO sizes VALUES ($1)",
                                static_cast<std::int64_t>(text.size()));
                   })
               .retry(tries(2)));
  const std::size_t size = 16u * 1024 * 1024 - 2;
  appended token;
  for (const auto* id : {"a", "b"}) {
    append_command command;
    command.stream = {"Blob", id};
    command.events.push_back(json_event("Big", "\"" + std::string(size, 'x') + "\""));
    token = it.append(std::move(command));
  }
  CHECK(it.wait_until("sizes", token, patience) == wait_result::parked);
  const auto letters = it.dead_letters({.projection = "sizes"});
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].error.find("can't stand xxx") != std::string::npos);
  poisonous->store(false);
  CHECK(it.retry({.id = letters[0].id}).replayed() == 1);
  CHECK(it.discard({.id = letters[1].id}).complete());
  CHECK(it.dead_letters().empty());
  CHECK(it.read("sizes").query_value<std::int64_t>("SELECT sum(bytes) FROM sizes") ==
        static_cast<std::int64_t>(size));
}

TEST_CASE("a damaged page in the middle of a log degrades, with no letter, until it is mended") {
  engine_fixture test;
  const auto file = test.folder.file("log.db");
  {
    engine it{open("sqlite:" + file), test.options()};
    for (int i = 0; i < 300; ++i)
      it.append(order("o-" + std::to_string(i), "day-" + std::to_string(i), 1));
  }
  std::string whole;
  {
    std::ifstream in{file, std::ios::binary};
    whole.assign(std::istreambuf_iterator<char>{in}, {});
  }
  const auto write = [&](const std::string& bytes) {
    std::ofstream{file, std::ios::binary} << bytes;
  };
  constexpr std::size_t page = 4096;
  const auto place = whole.find("day-150"); // only the event's own row has it
  REQUIRE(place != std::string::npos);
  auto broken = whole;
  broken.replace(place / page * page, page, page, '\xff');
  write(broken);
  auto models = open(test.folder.address("models.db"));
  {
    engine it{open("sqlite:" + file), test.options()};
    it.start(shop::revenue().into(models.projections));
    REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::degraded; }));
    CHECK(it.explain("revenue").find("malformed") != std::string::npos);
    CHECK(it.status("revenue").passed < 151);
    CHECK(it.dead_letters().empty());
  }
  write(whole);
  engine it{open("sqlite:" + file), test.options()};
  it.start(shop::revenue().into(models.projections));
  CHECK(it.wait_until("revenue", position_t{300}, patience) == wait_result::reached);
  CHECK(cents_of(it) == 300);
}

TEST_CASE("names that look like SQL are nothing but names") {
  engine_fixture test;
  const std::string evil = "x'); DROP TABLE waymark_events; --\"%s\n;?1$1";
  engine it{test.open_file(), test.options()};
  it.start(projection{evil}
               .table("CREATE TABLE IF NOT EXISTS seen (type TEXT, id TEXT)")
               .truncate("DELETE FROM seen")
               .on(evil,
                   [](read_model& db, const nlohmann::json& data, const event& e) {
                     if (data.value("bad", false))
                       throw std::runtime_error{e.event_type};
                     db.execute("INSERT INTO seen VALUES ($1, $2)", e.event_type, e.aggregate_id);
                   })
               .retry(tries(1)));
  append_command command;
  command.stream = {evil, evil};
  command.events.push_back(json_event(evil, "{}"));
  command.events.push_back(json_event(evil, "{\"bad\":true}"));
  for (auto& e : command.events)
    e.tenant_id = e.actor_id = e.correlation_id = e.causation_id = evil;
  const auto token = it.append(command);
  CHECK(it.wait_until(evil, token, patience) == wait_result::parked);
  CHECK(it.read(evil).query_value<std::string>("SELECT type FROM seen WHERE id = $1", evil) ==
        evil);
  const auto letters = it.dead_letters({.projection = evil});
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].error == evil);
  CHECK(it.log().read_stream({evil, evil}).size() == 2);
  const event_filter filter{{evil}, {evil}, evil};
  CHECK(it.log().read_all(0, {}, filter).events.size() == 2);
  CHECK_FALSE(it.explain(evil).empty());
  it.reset(evil);
  CHECK(it.wait_until(evil, token, patience) == wait_result::parked);
  it.stop(evil);
  for (const auto& line : test.lines.all())
    CHECK(line.find('\n') == std::string::npos);
}
