#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"
#include "tests/supervisors/sentence.hpp"
#include "tests/supervisors/undecodable_events.hpp"

using namespace waymark;
using namespace waymark::test;

namespace decoding_test {

std::mutex guard;
std::vector<std::thread::id> readers; // the thread of each decoding

struct noted {
  int value = 0;
};
void to_json(nlohmann::json& out, const noted& from) { out = from.value; }
void from_json(const nlohmann::json& in, noted& into) {
  const std::lock_guard lock{guard};
  readers.push_back(std::this_thread::get_id());
  in.get_to(into.value);
}

struct measured {
  noted reading;
};
WAYMARK_EVENT(measured, "Measured", "Sensor", reading);

std::vector<std::thread::id> decoded() {
  const std::lock_guard lock{guard};
  return readers;
}

/// Counts the events it handles; the first waits until `ready` says so.
struct reading {
  std::atomic<int> handled{0};
  std::atomic<bool> was_ready{false};
  std::atomic<std::thread::id> thread{};
};

projection reader(const std::string& name, std::shared_ptr<reading> of,
                  std::function<bool()> ready) {
  return projection{name}
      .on<shop::order_placed>([](read_model&, const shop::order_placed&) {})
      .on<measured>([of, ready = std::move(ready)](read_model&, const measured&) {
        if (of->thread.exchange(std::this_thread::get_id()) == std::thread::id{})
          of->was_ready = eventually(ready);
        ++of->handled;
      })
      .batch({1'000, patience});
}

} // namespace decoding_test

TEST_CASE("a page is decoded once for all, and not by the thread that is at a handler") {
  constexpr int count = 200;
  engine_fixture test;
  engine it{test.open_file(), test.options()};
  const auto all_decoded = [] { return decoding_test::decoded().size() == std::size_t{count}; };
  const auto held = std::make_shared<decoding_test::reading>();
  const auto other = std::make_shared<decoding_test::reading>();
  it.start(decoding_test::reader("held", held, all_decoded));
  it.start(decoding_test::reader("other", other, [] { return true; }));
  const auto before = place_orders(it, 1);
  REQUIRE(it.wait_until("held", before, patience) == wait_result::reached);
  REQUIRE(it.wait_until("other", before, patience) == wait_result::reached);

  append_command command;
  command.stream = {"Sensor", "s"};
  for (int i = 0; i < count; ++i)
    command.events.push_back(typed_event(decoding_test::measured{{i}}));
  const auto token = it.append(std::move(command));
  CHECK(it.wait_until("held", token, patience) == wait_result::reached);
  CHECK(it.wait_until("other", token, patience) == wait_result::reached);
  CHECK(held->was_ready.load()); // while the handler of the first event waited
  CHECK(held->handled.load() == count);
  CHECK(other->handled.load() == count);
  const auto threads = decoding_test::decoded();
  CHECK(threads.size() == std::size_t{count});
  const auto by_handler = std::count(threads.begin(), threads.end(), held->thread.load());
  CAPTURE(by_handler);
  CHECK(by_handler < count);
}

TEST_CASE("a decoder that hangs is named, and nobody else is blamed") {
  engine_fixture test;
  auto options = test.options();
  options.stalled_after = 200ms;
  options.handler_timeout = 400ms;
  options.drain_deadline = patience;
  const auto gate = std::make_shared<turnstile>();
  const broken_upcaster forgotten_at_end;
  upcasters::forget("Priced");
  upcasters::register_upcaster("Priced", 1, [gate](nlohmann::json data) {
    gate->pass();
    return data;
  });
  std::mutex guard;
  std::string alarm;
  options.on_unrecoverable = [&](const work_at_hand& work, const std::string& why) {
    const std::lock_guard lock{guard};
    if (why.find("decoding of") != std::string::npos)
      alarm = work.who.projection + " " + std::to_string(work.position) + " " + work.event_type;
  };
  auto apart = open(test.folder.address("apart.db"));
  engine it{test.open_file(), options};
  it.start(prices().into(apart.projections));
  it.start(shop::revenue());
  price(it, "cup", R"({"name": "cup", "cents": 30})", 1);
  REQUIRE(gate->wait_for_somebody());
  const auto blamed = test.lines.count("it starts anew");
  const auto token = place_orders(it, 3);
  CHECK(explains(it, "revenue",
                 "projection \"revenue\" has stalled at position {n}: no events come, since the "
                 "decoding of \"Priced\" {id} at position 1 has not come back; its page is being "
                 "decoded for {span}"));
  CHECK(eventually([&] {
    const std::lock_guard lock{guard};
    return alarm == "prices 1 Priced";
  }));
  CHECK(test.lines.count("overdue engine") == 1);
  CHECK(eventually([&] { return it.health("revenue").state == health::level::unhealthy; }));
  CHECK(test.lines.count("it starts anew") == blamed);
  gate->open();
  for (const auto* name : {"revenue", "prices"}) // it may stand as unrecoverable for a moment more
    CHECK(eventually([&] { return it.wait_until(name, token, patience) == wait_result::reached; }));
}
