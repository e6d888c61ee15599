#include "tests/catch.hpp"

#include "actors/page_cache.hpp"

namespace waymark::test {

namespace {

page_ptr page_of(position_t after, position_t scanned_to, std::size_t bytes) {
  auto result = std::make_shared<page>();
  result->after = after;
  result->scanned_to = scanned_to;
  event e;
  e.position = scanned_to;
  e.data = payload::from_json('"' + std::string(bytes, 'x') + '"');
  result->events.push_back(std::move(e));
  return result;
}

} // namespace

TEST_CASE("a page is found by every position that it answers") {
  page_cache cache{1'000'000};
  const auto first = page_of(0, 10, 10);
  const auto second = page_of(10, 15, 10);
  cache.add(first);
  cache.add(second);
  CHECK(cache.find(0) == first);
  CHECK(cache.find(9) == first);
  CHECK(cache.find(10) == second);
  CHECK(cache.find(14) == second);
  CHECK(cache.find(15) == nullptr);
  cache.clear();
  CHECK(cache.find(0) == nullptr);
}

TEST_CASE("the oldest page goes when the budget is spent, the newest stays whatever its size") {
  page_cache cache{10'000};
  cache.add(page_of(0, 10, 6'000));
  cache.add(page_of(10, 20, 6'000));
  CHECK(cache.find(0) == nullptr);
  CHECK(cache.find(10) != nullptr);
  cache.add(page_of(20, 30, 60'000));
  CHECK(cache.find(10) == nullptr);
  CHECK(cache.find(20) != nullptr);
}

TEST_CASE("a page that somebody holds counts and stays, however old it is") {
  page_cache cache{20'000};
  const auto held = page_of(0, 10, 6'000);
  cache.add(held);
  CHECK(cache.room() > 12'000);
  CHECK(cache.room() < 14'001);
  cache.add(page_of(10, 20, 6'000));
  cache.add(page_of(20, 30, 9'000));
  CHECK(cache.find(0) == held);
  CHECK(cache.find(10) == nullptr);
  CHECK(cache.find(20) != nullptr);
}

TEST_CASE("what was read for other wishes is found no more, but counts while it is held") {
  page_cache cache{20'000};
  auto held = page_of(0, 10, 15'000);
  cache.add(held);
  cache.clear();
  CHECK(cache.find(0) == nullptr);
  CHECK(cache.room() < 5'001);
  held.reset();
  CHECK(cache.room() == 20'000);
}

TEST_CASE("pages that are next to empty are bounded, too") {
  page_cache cache{1'000'000'000};
  for (position_t i = 0; i < 2 * position_t{page_cache::max_pages}; ++i)
    cache.add(page_of(i, i + 1, 1));
  CHECK(cache.find(page_cache::max_pages - 1) == nullptr);
  CHECK(cache.find(page_cache::max_pages) != nullptr);
}

} // namespace waymark::test
