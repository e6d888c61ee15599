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

} // namespace waymark::test
