// Events that can't be decoded, from the give-up to a retry with what was mended; for any stores.
#pragma once

#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <waymark/messages/event_macros.hpp>
#include <waymark/messages/upcasters.hpp>

#include <string>
#include <utility>

namespace shop {

/// Version 1 had the price as a text.
struct priced {
  std::string name;
  std::int64_t cents = 0;
};
WAYMARK_EVENT_V(priced, 2, "Priced", "Item", name, cents);

} // namespace shop

namespace waymark::test {

struct broken_upcaster {
  broken_upcaster() {
    upcasters::register_upcaster("Priced", 1, [](nlohmann::json) -> nlohmann::json {
      throw std::runtime_error{"how much is that?"};
    });
  }
  ~broken_upcaster() { upcasters::forget("Priced"); }
  static void mend() {
    upcasters::forget("Priced");
    upcasters::register_upcaster("Priced", 1, [](nlohmann::json data) {
      data["cents"] = std::stoi(data.at("price").get<std::string>());
      return data;
    });
  }
};

inline projection prices() {
  return projection{"prices"}
      .table("CREATE TABLE IF NOT EXISTS prices (name TEXT NOT NULL, cents BIGINT NOT NULL)")
      .on<shop::priced>([](read_model& db, const shop::priced& e) {
        db.execute("INSERT INTO prices VALUES ($1, $2)", e.name, e.cents);
      })
      .retry(tries(3));
}

inline appended price(engine& in, const std::string& id, std::string json, int version) {
  append_command command;
  command.stream = {"Item", id};
  command.events.push_back(json_event("Priced", std::move(json)));
  command.events.back().schema_version = version;
  return in.append(std::move(command));
}

inline std::int64_t prices_in(const engine& in) {
  return in.read("prices").query_value<std::int64_t>("SELECT coalesce(sum(cents), 0) FROM prices");
}

/// A broken upcaster: the letter has the text byte for byte, and a mended one takes it, without a
/// restart of the process.
inline void undecodable_events_are_kept(const std::function<store()>& make) {
  const broken_upcaster broken;
  log_lines lines;
  engine_options options;
  options.log.sink = lines.sink();
  options.poll_interval = 5ms;
  engine it{make(), options};
  it.start(prices());
  const std::string raw = "{ \"price\": \"1200\",\n  \"name\":\"caf\\u00e9 \\ud83d\\ude00\","
                          "\"n\": 1.50e1, \"n2\":12345678901234567890 }";
  price(it, "cup", raw, 1);
  price(it, "cup", R"({"name": "cup", "cents": 30})", 2);
  const auto last = price(it, "spoon", R"({"name": "spoon", "cents": 4})", 2);
  REQUIRE(it.wait_until("prices", last, patience) == wait_result::reached);
  const auto letters = it.dead_letters({.projection = "prices"});
  REQUIRE(letters.size() == 1);
  const auto id = letters[0].id;
  CHECK(letters[0].subject.data.text() == raw);
  CHECK(letters[0].subject.schema_version == 1);
  CHECK(letters[0].error.find("how much is that?") != std::string::npos);
  CHECK(letters[0].attempts.size() == 1); // it can't become any better by itself
  CHECK(it.letter(id)->waiting == 1);
  CHECK(prices_in(it) == 4);

  CHECK(it.retry({.id = id}).remaining() == 2);
  CHECK(it.letter(id)->letter.attempts.size() == 2);
  CHECK(it.letter(id)->letter.subject.data.text() == raw);
  broken_upcaster::mend();
  CHECK(it.retry({.id = id}, {.dry_run = true}).replayed() == 2);
  CHECK(it.retry({.id = id}).replayed() == 2);
  CHECK(prices_in(it) == 1'234);
  CHECK(it.dead_letters().empty());
}

/// What is no JSON at all, which only somebody else's hand can have brought into the log. `tamper`
/// sets the data of the event at position 1 to a text, given as an SQL literal.
inline void broken_rows_are_kept(const std::function<store()>& make,
                                 const std::function<void(const std::string& literal)>& tamper) {
  log_lines lines;
  engine_options options;
  options.log.sink = lines.sink();
  options.poll_interval = 5ms;
  {
    engine before{make(), options};
    price(before, "cup", R"({"name": "cup", "cents": 1})", 2);
    price(before, "cup", R"({"name": "cup", "cents": 20})", 2);
  }
  tamper("'{\"name\": \"cup\", \"ce\t'");
  engine it{make(), options};
  it.start(prices());
  REQUIRE(it.wait_until_caught_up("prices", patience) == wait_result::reached);
  const auto letters = it.dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].subject.data.text() == "{\"name\": \"cup\", \"ce\t");
  CHECK(it.retry({.all = true}).remaining() == 2);
  tamper("'{\"name\": \"cup\", \"cents\": 3}'");
  CHECK(it.retry({.all = true}).replayed() == 2);
  CHECK(prices_in(it) == 23);
}

} // namespace waymark::test
