// A server of its own, which is killed again and again.
#include "tests/catch.hpp"

#include "tests/contract/event_store_contract.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <waymark/persistence/store.hpp>

#include <thread>

namespace waymark::test {

namespace {

using namespace std::chrono_literals;
using contract::command;
using contract::event_with;
using contract::own;
using contract::request_of;

/// Repeats `action` while the store is away.
template <class Action>
auto patiently(Action action) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  for (;;) {
    try {
      return action();
    } catch (const store_error&) {
      if (std::chrono::steady_clock::now() >= deadline)
        throw;
      std::this_thread::sleep_for(5ms);
    }
  }
}

/// Adds what comes after the stored position, one unit of work per event.
void project(store& in, const ownership& owner, std::atomic<bool>& done, position_t& reached) {
  for (;;) {
    const bool last_round = done.load();
    // After any unknown outcome the record says what is true.
    const auto record = patiently([&] { return *in.projections->load(owner.key); });
    reached = record.position;
    const auto page =
        patiently([&] { return in.events->read_all(record.position, {.max_events = 1}); });
    if (page.events.empty()) {
      if (last_round)
        return;
      (void)patiently([&] { return in.events->wait_for(record.position, 50ms); });
      continue;
    }
    try {
      auto unit = in.projections->begin(owner);
      unit->model().execute(contract::add_revenue, "day", 1);
      checkpoint_advance advance;
      advance.from = record.position;
      advance.to = page.events.front().position;
      advance.handled = 1;
      (void)unit->commit(advance);
    } catch (const store_error&) {
    }
  }
}

} // namespace

TEST_CASE("a server that crashes loses no acknowledged event and repeats no effect") {
  postgres_server::start_own();
  const postgres_schema schema;
  auto store = open(schema.address());
  store.projections->prepare_tables(contract::revenue_table());
  const auto owner = own(*store.projections, request_of("p", "a"));
  std::atomic<bool> done{false};
  std::atomic<bool> stop_appending{false};
  position_t reached = 0;
  std::thread projector{[&] { project(store, owner, done, reached); }};
  std::size_t acknowledged = 0;
  std::thread producer{[&] {
    while (!stop_appending) {
      const auto id = uuid::v7(); // known, so that it may be sent again
      patiently([&] { return store.events->append(command("s", any_version, {event_with(id)})); });
      ++acknowledged;
    }
  }};
  for (int i = 0; i < 8; ++i) {
    const auto seen = patiently([&] { return store.events->head(); });
    (void)patiently([&] { return store.events->wait_for(seen + 20, 30s); });
    postgres_server::instance().crash_and_restart();
  }
  stop_appending = true;
  producer.join();
  done = true;
  projector.join();
  CHECK(patiently([&] { return store.events->head(); }) == static_cast<position_t>(acknowledged));
  CHECK(reached == static_cast<position_t>(acknowledged));
  CHECK(contract::revenue(*store.projections) == static_cast<std::int64_t>(acknowledged));
  CHECK(store.projections->load(owner.key)->events_processed ==
        static_cast<std::int64_t>(acknowledged));
}

} // namespace waymark::test
