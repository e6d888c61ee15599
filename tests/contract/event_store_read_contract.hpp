// How every event store is read: a part of event_store_contract.hpp.
#pragma once

#include "event_store_append_contract.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace waymark::contract {

inline void reads_streams(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  for (int i = 0; i < 10; ++i) {
    store->append(command("s", any_version, {event_of("A")}));
    store->append(command("other", any_version, {event_of("B")}));
  }
  const auto versions = [&](const stream_range& range) {
    std::vector<std::int64_t> result;
    for (const auto& e : store->read_stream({"Order", "s"}, range)) {
      CHECK(e.event_type == "A");
      result.push_back(e.aggregate_version);
    }
    return result;
  };
  using list = std::vector<std::int64_t>;
  CHECK(versions({}).size() == 10);
  CHECK(versions({.from_version = 3, .to_version = 5}) == list{3, 4, 5});
  CHECK(versions({.from_version = 9, .to_version = 20}) == list{9, 10});
  CHECK(versions({.from_version = 2, .limit = 2}) == list{2, 3});
  CHECK(versions({.limit = 3, .backward = true}) == list{10, 9, 8});
  CHECK(versions({.from_version = 2, .to_version = 4, .backward = true}) == list{4, 3, 2});
  CHECK(versions({.from_version = 5, .to_version = 4}).empty());
  CHECK(versions({.from_version = 11}).empty());
  CHECK(versions({.limit = 0}).empty());
  CHECK(versions({.from_version = -5, .to_version = 1}) == list{1});
}

inline void pages_are_bounded(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  CHECK(store->read_all(0).events.empty());
  CHECK(store->read_all(0).scanned_to == 0);
  CHECK(store->read_all(0).head == 0);
  for (int i = 0; i < 20; ++i)
    store->append(command("s" + std::to_string(i), any_version, {event_of("A")}));

  auto p = store->read_all(3, {.max_events = 4});
  CHECK(positions_of(p.events) == std::vector<position_t>{4, 5, 6, 7});
  CHECK(p.after == 3);
  CHECK(p.scanned_to == 7);
  CHECK(p.head == 20);

  p = store->read_all(17, {.max_events = 3}); // ends exactly at the head
  CHECK(positions_of(p.events) == std::vector<position_t>{18, 19, 20});
  CHECK(p.scanned_to == 20);

  p = store->read_all(0, {.max_bytes = 1}); // always one
  CHECK(positions_of(p.events) == std::vector<position_t>{1});
  CHECK(p.scanned_to == 1);

  const auto one = size_bytes(store->read_all(0).events.at(0));
  p = store->read_all(0, {.max_bytes = one * 3 + one / 2});
  CHECK(p.events.size() >= 2);
  CHECK(p.events.size() <= 4);
  CHECK(p.scanned_to == p.events.back().position);

  p = store->read_all(0, {.max_scanned = 5});
  CHECK(p.events.size() == 5);
  CHECK(p.scanned_to == 5);

  p = store->read_all(20);
  CHECK(p.events.empty());
  CHECK(p.scanned_to == 20);
  p = store->read_all(25); // past the head, as after a restored backup
  CHECK(p.events.empty());
  CHECK(p.scanned_to == 25);
  CHECK(p.head == 20);
}

inline void filters_come_before_limits(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  for (int i = 1; i <= 30; ++i) {
    auto e = event_of(i % 3 == 0 ? "Third" : "Other'");
    if (i % 2 == 0)
      e.tenant_id = "acme";
    store->append({{i % 5 == 0 ? "Fifth" : "Order", std::to_string(i)}, no_stream, {e}});
  }
  using list = std::vector<position_t>;
  auto p = store->read_all(0, {.max_events = 3}, {.event_types = {"Third"}});
  CHECK(positions_of(p.events) == list{3, 6, 9});
  CHECK(p.scanned_to == 9);
  p = store->read_all(9, {}, {.event_types = {"Third"}});
  CHECK(positions_of(p.events) == list{12, 15, 18, 21, 24, 27, 30});
  CHECK(p.scanned_to == 30);
  p = store->read_all(0, {}, {.event_types = {"Third", "Nothing"}, .aggregate_types = {"Fifth"}});
  CHECK(positions_of(p.events) == list{15, 30});
  p = store->read_all(0, {}, {.aggregate_types = {"Fifth"}, .tenant_id = "acme"});
  CHECK(positions_of(p.events) == list{10, 20, 30});
  p = store->read_all(0, {.max_events = 2}, {.event_types = {"Other'"}, .tenant_id = "acme"});
  CHECK(positions_of(p.events) == list{2, 4});
  CHECK(p.scanned_to == 4);

  // A filter that matches nothing still moves on, in bounded steps.
  const event_filter nothing{.event_types = {"Never\xff\"]"}};
  p = store->read_all(0, {}, nothing);
  CHECK(p.events.empty());
  CHECK(p.scanned_to == 30);
  p = store->read_all(7, {.max_scanned = 10}, nothing);
  CHECK(p.scanned_to == 17);
  CHECK(p.head == 30);
  // What comes behind the last match has been looked at.
  p = store->read_all(26, {}, {.event_types = {"Third"}, .tenant_id = "acme"});
  CHECK(positions_of(p.events) == list{30});
  p = store->read_all(0, {.max_scanned = 8}, {.event_types = {"Third"}});
  CHECK(positions_of(p.events) == list{3, 6});
  CHECK(p.scanned_to == 8);
  // A byte limit stops before the event that does not fit.
  p = store->read_all(0, {.max_bytes = 1}, {.event_types = {"Third"}});
  CHECK(positions_of(p.events) == list{3});
  CHECK(p.scanned_to >= 3);
  CHECK(p.scanned_to < 6);
}

inline void waits_for_appends(const event_store_factory& make) {
  using namespace std::chrono_literals;
  manual_clock time;
  const auto store = make(time);
  CHECK(store->wait_for(0, 1ms) == 0);
  store->append(command("s", any_version, {event_of("A")}));
  CHECK(store->wait_for(0, 10s) == 1);
  std::thread producer{[&] { store->append(command("s", any_version, {event_of("A")})); }};
  CHECK(store->wait_for(1, 30s) == 2);
  producer.join();
}

/// Many write while one reads: positions are dense, and what has been passed never grows behind the
/// reader.
inline void stays_dense_under_load(const event_store_factory& make) {
  constexpr int threads = 8;
  constexpr int appends = 25;
  const auto store = make(clock::system());
  std::atomic<bool> done{false};
  std::vector<position_t> seen;
  bool head_kept_up = true;
  std::thread reader{[&] {
    position_t after = 0;
    for (;;) {
      const bool last_round = done.load();
      const auto p = store->read_all(after, {.max_events = 7});
      for (const auto& e : p.events)
        seen.push_back(e.position);
      head_kept_up = head_kept_up && p.head >= p.scanned_to;
      after = p.scanned_to;
      if (last_round && p.events.empty())
        return;
    }
  }};
  std::atomic<int> failures{0};
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t)
    writers.emplace_back([&, t] {
      for (int i = 0; i < appends; ++i) {
        const auto answer =
            try_append(*store, command(std::to_string(t), i * 2, {event_of("A"), event_of("B")}));
        if (answer.state != state::appended ||
            answer.value.last_position != answer.value.first_position + 1)
          ++failures;
        // Others compete for one stream; whoever loses is told.
        (void)try_append(*store, command("shared", i, {event_of("C")}));
      }
    });
  for (auto& w : writers)
    w.join();
  done = true;
  reader.join();
  CHECK(failures == 0);
  CHECK(head_kept_up);
  const auto head = store->head();
  REQUIRE(static_cast<position_t>(seen.size()) == head);
  bool dense = true;
  for (std::size_t i = 0; i < seen.size(); ++i)
    dense = dense && seen[i] == static_cast<position_t>(i) + 1;
  CHECK(dense);
  const auto shared = store->read_stream({"Order", "shared"});
  CHECK(shared.size() == static_cast<std::size_t>(head) - threads * appends * 2);
  CHECK(shared.size() <= static_cast<std::size_t>(appends));
}

} // namespace waymark::contract
