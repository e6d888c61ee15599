// Pages of a log whose events are of very different sizes.
#include "tests/catch.hpp"

#include "persistence/postgres/page_reading.hpp"
#include "persistence/postgres/session.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <waymark/persistence/store.hpp>

#include <cstdio>
#include <limits>
#include <memory>

namespace waymark::test {

namespace {

void append_sizes(event_store& log, const std::vector<std::size_t>& sizes) {
  for (const auto size : sizes) {
    append_command command;
    command.stream = {"Thing", "thing-" + std::to_string(size % 7)};
    command.expected = any_version;
    const auto* type = size % 2 == 0 ? "Even" : "Odd";
    command.events.push_back(json_event(type, '"' + std::string(size, 'x') + '"'));
    (void)log.append(std::span{&command, 1}).front().value_or_throw();
  }
}

/// Reads to the head; checks that each page keeps to its bounds and that nothing is left out.
std::vector<position_t> read_to_head(event_store& log, const read_limit& limit,
                                     const event_filter& filter) {
  std::vector<position_t> found;
  const auto head = log.head();
  for (position_t after = 0; after < head;) {
    const auto page = log.read_all(after, limit, filter);
    REQUIRE(page.after == after);
    REQUIRE(page.scanned_to > after);
    REQUIRE(page.scanned_to <= head);
    std::size_t bytes = 0;
    for (const auto& e : page.events) {
      CHECK(e.position > after);
      CHECK(e.position <= page.scanned_to);
      found.push_back(e.position);
      bytes += size_bytes(e);
    }
    CHECK(page.events.size() <= limit.max_events);
    CHECK((bytes <= limit.max_bytes || page.events.size() == 1));
    after = page.scanned_to;
  }
  CHECK(log.read_all(head, limit, filter).events.empty());
  return found;
}

} // namespace

TEST_CASE("pages hold events of every size, and none too many") {
  const postgres_schema schema;
  const auto store = open(schema.address());
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 120; ++i)
    sizes.push_back(i % 40 == 39 ? 300'000 + i : i % 10 == 9 ? 9'001 + i : 20 + i);
  append_sizes(*store.events, sizes);
  std::vector<position_t> all, odd;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    all.push_back(static_cast<position_t>(i + 1));
    if (sizes[i] % 2 != 0)
      odd.push_back(static_cast<position_t>(i + 1));
  }
  event_filter filter;
  filter.event_types = {"Odd"};
  for (const std::size_t bytes : {1u, 2'000u, 50'000u, 1'048'576u})
    for (const std::size_t events : {1u, 7u, 1'000u}) {
      INFO(bytes << " bytes, " << events << " events");
      read_limit limit;
      limit.max_bytes = bytes;
      limit.max_events = events;
      CHECK(read_to_head(*store.events, limit, {}) == all);
      CHECK(read_to_head(*store.events, limit, filter) == odd);
    }
}

TEST_CASE("the server sends no more metadata than a page holds") {
  const postgres_schema schema;
  const auto store = open(schema.address());
  constexpr std::size_t size = 400'000;
  for (int i = 0; i < 20; ++i) {
    append_command command;
    command.stream = {"Thing", "t"};
    command.expected = any_version;
    command.events.push_back(json_event("Even", "1"));
    command.events.front().metadata = R"({"x":")" + std::string(size, 'x') + "\"}";
    (void)store.events->append(command);
  }
  const auto where = postgres::address::parse(schema.address());
  postgres::session on{where, "test"};
  postgres::page_reading pages;
  read_limit limit;
  limit.max_bytes = 1'048'576;
  for (const bool filtered : {false, true}) {
    CAPTURE(filtered);
    event_filter filter;
    if (filtered)
      filter.event_types = {"Even"};
    const std::unique_ptr<FILE, int (*)(FILE*)> sent{std::tmpfile(), std::fclose};
    PQtrace(on.raw(), sent.get());
    const auto page = pages.read(on, 0, limit, filter);
    PQuntrace(on.raw());
    CHECK(page.events.size() == 2);
    CHECK(page.events.front().metadata.size() == size + 8);
    std::fseek(sent.get(), 0, SEEK_END);
    CHECK(std::ftell(sent.get()) < 5 * static_cast<long>(size));
  }
  CHECK(read_to_head(*store.events, limit, {}).size() == 20);
}

TEST_CASE("nothing is read behind the greatest position that there can be") {
  const postgres_schema schema;
  const auto store = open(schema.address());
  append_sizes(*store.events, {20, 21});
  const auto last = std::numeric_limits<position_t>::max();
  for (const auto after : {last, last - 5}) {
    const auto page = store.events->read_all(after);
    CHECK(page.events.empty());
    CHECK(page.head == 2);
  }
}

} // namespace waymark::test
