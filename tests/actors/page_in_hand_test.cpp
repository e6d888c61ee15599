#include "tests/catch.hpp"

#include "actors/page_in_hand.hpp"

namespace waymark::test {

namespace {

/// The wanted events in (after, to].
page_ptr some(position_t after, position_t to, const std::vector<position_t>& wanted) {
  auto result = std::make_shared<page>();
  result->after = after;
  result->scanned_to = result->head = to;
  for (const auto each : wanted) {
    result->events.emplace_back();
    result->events.back().position = each;
  }
  return result;
}

std::vector<position_t> positions(const page_ptr& of) {
  std::vector<position_t> result;
  for (const auto& each : of->events)
    result.push_back(each.position);
  return result;
}

using list = std::vector<position_t>;

} // namespace

TEST_CASE("a page goes on until all that it has scanned is passed") {
  page_in_hand pages;
  CHECK_FALSE(pages.goes_on(0));
  CHECK_FALSE(pages.reaches(0));
  pages.take(some(0, 9, {2, 5}), 0);
  CHECK(pages.goes_on(5)); // nothing is wanted there, but it was looked at
  CHECK_FALSE(pages.goes_on(9));
  CHECK(pages.reaches(9));
  CHECK_FALSE(pages.reaches(10));
  CHECK(pages.end() == 9);
  REQUIRE(pages.find(5));
  CHECK(pages.find(5)->position == 5);
  CHECK(pages.find(6) == nullptr);
  pages.let_go();
  CHECK(pages.get() == nullptr);
}

TEST_CASE("an answer that leaves a gap or brings nothing is left alone") {
  page_in_hand pages;
  pages.take(some(4, 9, {5}), 3);
  CHECK(pages.get() == nullptr);
  pages.take(some(0, 3, {3}), 3);
  CHECK(pages.get() == nullptr);
  pages.take(some(2, 4, {3, 4}), 3);
  CHECK(pages.goes_on(3));
}

TEST_CASE("a part has what is not passed and stands before a position") {
  page_in_hand pages;
  pages.take(some(0, 9, {1, 2, 5, 7}), 0);
  const auto part = pages.part(1, 7);
  CHECK(positions(part) == list{2, 5});
  CHECK(part->scanned_to == 6);
  CHECK(part->head == 9);
  CHECK(pages.part(5, 7)->events.empty());
  pages.cut(part);
  CHECK(pages.end() == 6);
}

TEST_CASE("a page is short where it ends at the head with fewer events than a batch") {
  page_in_hand pages;
  pages.take(some(0, 9, {1, 2, 5}), 0);
  CHECK(pages.is_short(0, 9, 4));
  CHECK_FALSE(pages.is_short(0, 9, 3));
  CHECK(pages.is_short(1, 9, 3));
  CHECK_FALSE(pages.is_short(5, 9, 3)); // none is left
  CHECK_FALSE(pages.is_short(0, 10, 4));
}

TEST_CASE("a page that waits is joined to what comes, and waits no second time") {
  page_in_hand pages;
  pages.take(some(0, 9, {1, 5}), 0);
  pages.gather();
  SECTION("with more") {
    pages.take(some(7, 12, {8, 11}), 1);
    CHECK(positions(pages.get()) == list{5, 11}); // 8 is not wanted: the page has scanned it
    CHECK(pages.end() == 12);
    CHECK(pages.get()->after == 1);
  }
  SECTION("with nothing new") {
    pages.take(some(9, 9, {}), 0);
    CHECK(positions(pages.get()) == list{1, 5});
  }
  SECTION("with less") {
    pages.take(some(0, 5, {1, 5}), 0);
    CHECK(pages.end() == 9);
  }
  SECTION("with a gap between") {
    pages.take(some(10, 12, {11}), 0);
    CHECK(positions(pages.get()) == list{1, 5});
  }
  CHECK_FALSE(pages.is_gathering());
  CHECK_FALSE(pages.is_short(0, pages.end(), 100));
  pages.take(some(pages.end(), 20, {20}), pages.end());
  CHECK(pages.is_short(12, 20, 100)); // another page may
}

TEST_CASE("who begins anew may wait where it has waited before") {
  page_in_hand pages;
  pages.take(some(0, 9, {1}), 0);
  pages.gather();
  pages.take(some(9, 9, {}), 0);
  CHECK_FALSE(pages.is_short(0, 9, 100));
  pages.forget();
  pages.take(some(0, 9, {1}), 0);
  CHECK(pages.is_short(0, 9, 100));
}

TEST_CASE("who can't wait for more goes on with what there is") {
  page_in_hand pages;
  pages.take(some(0, 9, {1}), 0);
  pages.gather();
  pages.stop_gathering();
  CHECK(pages.goes_on(0));
  CHECK(pages.is_short(0, 9, 100));
  pages.gather();
  pages.forget();
  CHECK_FALSE(pages.is_gathering());
  CHECK_FALSE(pages.goes_on(0));
}

} // namespace waymark::test
