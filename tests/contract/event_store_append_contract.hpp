// How every event store appends: a part of event_store_contract.hpp.
#pragma once

#include <waymark/messages/clock.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/persistence/event_store.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace waymark::contract {

/// Makes an empty store that dates by the clock.
using event_store_factory = std::function<std::shared_ptr<event_store>(const clock&)>;

inline new_event event_of(std::string type, std::string json = R"({"n":1})") {
  return json_event(std::move(type), std::move(json));
}

inline new_event event_with(const uuid& id, std::string type = "Done") {
  auto e = event_of(std::move(type));
  e.event_id = id;
  return e;
}

inline append_command command(std::string id, expected_version expected,
                              std::vector<new_event> events) {
  return {{"Order", std::move(id)}, expected, std::move(events)};
}

inline append_result try_append(event_store& store, const append_command& c) {
  return store.append(std::span{&c, 1}).front();
}

inline std::vector<position_t> positions_of(const std::vector<event>& events) {
  std::vector<position_t> result;
  for (const auto& e : events)
    result.push_back(e.position);
  return result;
}

using state = append_result::status;

inline void keeps_what_was_appended(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  auto full = event_of("OrderPlaced", "{\"day\": \"2026-11-21\",  \"cents\":1250}");
  full.event_id = uuid::v7();
  full.schema_version = 3;
  full.occurred_at = timestamp{std::chrono::microseconds{1'234'567'890'123'456}};
  full.tenant_id = "acme";
  full.actor_id = "user-7";
  full.correlation_id = "c-1";
  full.causation_id = "m-2";
  full.metadata = R"({"ip": "::1"})";
  const auto answer = store->append(command("o-17", no_stream, {full, event_of("OrderPaid")}));
  CHECK(answer.first_position == 1);
  CHECK(answer.last_position == 2);
  CHECK(answer.stream_version == 2);
  CHECK_FALSE(answer.already_there);

  const auto events = store->read_all(0).events;
  REQUIRE(events.size() == 2);
  const auto& e = events[0];
  CHECK(e.position == 1);
  CHECK(e.event_id == *full.event_id);
  CHECK(e.event_type == "OrderPlaced");
  CHECK(e.schema_version == 3);
  CHECK(e.aggregate_type == "Order");
  CHECK(e.aggregate_id == "o-17");
  CHECK(e.aggregate_version == 1);
  CHECK(e.occurred_at == *full.occurred_at);
  CHECK(e.recorded_at == time.now());
  CHECK(e.tenant_id == full.tenant_id);
  CHECK(e.actor_id == full.actor_id);
  CHECK(e.correlation_id == full.correlation_id);
  CHECK(e.causation_id == full.causation_id);
  CHECK(e.metadata == full.metadata);
  CHECK(e.data.text() == full.data.text()); // as it was given, blanks included
  CHECK_FALSE(events[1].event_id.is_nil());
  CHECK(events[1].occurred_at == time.now());
  CHECK_FALSE(events[1].tenant_id.has_value());
  CHECK(events[1].metadata.empty());

  const auto mark = store->mark_at(1);
  REQUIRE(mark.has_value());
  CHECK(mark->event_id == *full.event_id);
  CHECK(mark->recorded_at == time.now());
  CHECK_FALSE(store->mark_at(0).has_value());
  CHECK_FALSE(store->mark_at(3).has_value());
  CHECK_FALSE(store->log_id().empty());
  CHECK(store->log_id() == store->log_id());
  CHECK_FALSE(store->address().empty());
}

inline void dates_never_go_back(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto start = time.now();
  store->append(command("a", any_version, {event_of("A")}));
  time.advance(std::chrono::seconds{-60});
  store->append(command("a", any_version, {event_of("A")}));
  time.advance(std::chrono::seconds{120});
  store->append(command("a", any_version, {event_of("A")}));
  const auto events = store->read_all(0).events;
  REQUIRE(events.size() == 3);
  CHECK(events[1].recorded_at == start);
  CHECK(events[2].recorded_at == start + std::chrono::seconds{60});
}

inline void expected_versions(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto outcome = [&](expected_version expected) {
    return try_append(*store, command("s", expected, {event_of("A")}));
  };
  CHECK(outcome(stream_exists).state == state::conflict);
  CHECK(outcome(1).state == state::conflict);
  CHECK(outcome(0).state == state::appended); // 0 means no stream
  CHECK(outcome(0).state == state::conflict);
  CHECK(outcome(no_stream).state == state::conflict);
  CHECK(outcome(stream_exists).state == state::appended);
  CHECK(outcome(any_version).state == state::appended);
  CHECK(outcome(3).state == state::appended);

  const auto refused = outcome(3);
  CHECK(refused.state == state::conflict);
  CHECK(refused.actual_version == 4);
  CHECK(refused.problem.find("Order/s") != std::string::npos);
  CHECK(refused.problem.find("version 3") != std::string::npos); // expected
  CHECK(refused.problem.find("version 4") != std::string::npos); // actual
  CHECK(store->head() == 4);
  try {
    store->append(command("s", 9, {event_of("A")}));
    FAIL("a conflict was accepted");
  } catch (const version_conflict& e) {
    CHECK(e.actual_version() == 4);
  }
}

inline void streams_are_told_apart(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  store->append({{"A", "BC"}, no_stream, {event_of("X")}});
  store->append({{"AB", "C"}, no_stream, {event_of("X")}});
  store->append({{"A", "bc"}, no_stream, {event_of("X")}});
  store->append({{"A", "BC "}, no_stream, {event_of("X")}});
  store->append({{"A", "x'; DROP TABLE waymark_events; --"}, no_stream, {event_of("X'\"")}});
  CHECK(store->head() == 5);
  CHECK(store->read_stream({"A", "BC"}).size() == 1);
  CHECK(store->read_stream({"A", "x'; DROP TABLE waymark_events; --"}).size() == 1);
  CHECK(store->read_stream({"A", "nobody"}).empty());
}

inline void known_ids_answer_again(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto a = uuid::v7(), b = uuid::v7(), c = uuid::v7();
  store->append(command("other", any_version, {event_of("X")}));
  const auto first = store->append(command("s", no_stream, {event_with(a), event_with(b)}));
  store->append(command("s", 2, {event_with(c)}));
  const auto head = store->head();

  // Whatever the expected version: ids are looked at first.
  for (const auto expected : {no_stream, any_version, stream_exists, expected_version{7}}) {
    const auto again = try_append(*store, command("s", expected, {event_with(a), event_with(b)}));
    CHECK(again.state == state::appended);
    CHECK(again.value.already_there);
    CHECK(again.value.first_position == first.first_position);
    CHECK(again.value.last_position == first.last_position);
    CHECK(again.value.stream_version == first.stream_version);
  }

  const auto is_refused = [&](const append_command& what, const uuid& named) {
    const auto answer = try_append(*store, what);
    CHECK(answer.state == state::duplicate);
    INFO(answer.problem);
    CHECK((named.is_nil() || answer.problem.find(named.to_string()) != std::string::npos));
  };
  for (const auto expected : {any_version, expected_version{3}, expected_version{99}}) {
    is_refused(command("s", expected, {event_with(b), event_with(a)}), a);           // other order
    is_refused(command("s", expected, {event_with(c), event_with(uuid::v7())}), {}); // a mix
    is_refused(command("s", expected, {event_with(uuid::v7()), event_with(c)}), {});
    is_refused(command("s", expected, {event_of("New"), event_with(c)}), {});
  }
  is_refused(command("elsewhere", no_stream, {event_with(a)}), a);
  is_refused(command("elsewhere", any_version, {event_with(a), event_with(b)}), a);
  is_refused({{"Invoice", "s"}, any_version, {event_with(a)}}, a);
  const auto twice = uuid::v7();
  CHECK(
      try_append(*store, command("new", no_stream, {event_with(twice), event_with(twice)})).state ==
      state::refused);
  CHECK_THROWS_AS(store->append(command("elsewhere", any_version, {event_with(a)})),
                  duplicate_event);
  CHECK(store->head() == head);
  CHECK(store->read_stream({"Order", "elsewhere"}).empty());
  CHECK(store->read_stream({"Order", "new"}).empty());
  // An id that was refused is still free.
  CHECK(try_append(*store, command("new", no_stream, {event_with(twice)})).state ==
        state::appended);
}

inline void groups_leave_neighbours_alone(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto a = uuid::v7(), b = uuid::v7();
  const std::vector<append_command> group{
      command("s", no_stream, {event_with(a), event_of("A")}), // 0: written, 1 and 2
      command("s", no_stream, {event_of("B")}),                // 1: conflict with 0
      command("s", 2, {event_of("C")}),                        // 2: sees 0: written, 3
      command("t", no_stream, {}),                             // 3: refused, no events
      command("t", no_stream, {event_of("D", "not json")}),    // 4: refused
      command("t", no_stream, {event_of("E"), event_with(a)}), // 5: a mix; E is not left behind
      command("t", no_stream, {event_with(b)}),                // 6: written, 4
      command("t", 5, {event_with(b)}),                        // 7: repeats 6
      command("", no_stream, {event_of("F")}),                 // 8: refused
      command("u", any_version, {event_of("G")}),              // 9: written, 5
  };
  const auto results = store->append(group);
  REQUIRE(results.size() == group.size());
  std::vector<state> states;
  for (const auto& r : results)
    states.push_back(r.state);
  CHECK(states == std::vector<state>{state::appended, state::conflict, state::appended,
                                     state::refused, state::refused, state::duplicate,
                                     state::appended, state::appended, state::refused,
                                     state::appended});
  CHECK(results[1].actual_version == 2);
  CHECK(results[2].value.first_position == 3);
  CHECK(results[2].value.stream_version == 3);
  CHECK(results[6].value.first_position == 4);
  CHECK(results[7].value.already_there);
  CHECK(results[7].value.first_position == 4);
  CHECK(results[9].value.last_position == 5);
  CHECK(store->head() == 5);
  CHECK(positions_of(store->read_all(0).events) == std::vector<position_t>{1, 2, 3, 4, 5});
  CHECK(store->append(std::span<const append_command>{}).empty());
}

inline void refuses_what_cannot_be_stored(const event_store_factory& make) {
  manual_clock time;
  const auto store = make(time);
  const auto refused = [&](const append_command& c) {
    const auto answer = try_append(*store, c);
    CHECK(answer.state == state::refused);
    CHECK_FALSE(answer.problem.empty());
  };
  refused({{"", "x"}, any_version, {event_of("A")}});
  refused({{"Order", std::string{"a\0b", 3}}, any_version, {event_of("A")}});
  refused({{"Order", "\xff"}, any_version, {event_of("A")}});
  refused({{"Order", std::string(100'000, 'x')}, any_version, {event_of("A")}});
  refused({{"Order", "x"}, any_version, {event_of("")}});
  refused({{"Order", "x"}, any_version, {event_of("A", "{\"a\":")}});
  refused({{"Order", "x"}, any_version, {event_of("A", std::string(100'000, '['))}});
  refused(
      {{"Order", "x"}, any_version, {event_of("A", "\"" + std::string(17u << 20, 'x') + "\"")}});
  auto bad_metadata = event_of("A");
  bad_metadata.metadata = "[1,2";
  refused({{"Order", "x"}, any_version, {bad_metadata}});
  CHECK_THROWS_AS(store->append({{"Order", "x"}, any_version, {}}), usage_error);
  CHECK(store->head() == 0);

  const auto big = "\"" + std::string((16u << 20) - 2, 'x') + "\"";
  REQUIRE(try_append(*store, command("x", any_version, {event_of("Big", big)})).state ==
          state::appended);
  CHECK(store->read_all(0).events.at(0).data.text() == big);
}

} // namespace waymark::contract
