#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

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
