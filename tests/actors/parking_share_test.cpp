#include "tests/catch.hpp"

#include "actors/parking_share.hpp"

namespace waymark::test {

namespace {

/// The only one of a projection that may park five events.
struct sharing {
  std::shared_ptr<parking_lot> lot = std::make_shared<parking_lot>(5, 1);
  parking_share share{lot, 0};
};

} // namespace

TEST_CASE("events that are parked count for their key, the shard and the lot") {
  sharing at;
  CHECK(at.share.parked()->empty());
  at.share.take(std::make_shared<parked_set>(parked_set{{"a", 2}}), {1, 1, 2});
  at.share.park({"a", "b"});
  CHECK(at.share.parked()->events("a") == 3);
  CHECK(at.share.has("b"));
  CHECK_FALSE(at.share.has("c"));
  CHECK(at.share.counts() == letter_counts{1, 2, 4});
  CHECK_FALSE(at.share.full());
  at.share.park({"a"});
  CHECK(at.share.full());
}

TEST_CASE("a key is parked until its last event is settled") {
  sharing at;
  at.share.park({"a", "a", "a", "b", "b"});
  CHECK(at.share.full());
  CHECK_FALSE(at.share.settle("a", 1));
  CHECK_FALSE(at.share.full());
  CHECK(at.share.counts() == letter_counts{0, 2, 3});
  CHECK(at.share.settle("a", 0));
  CHECK_FALSE(at.share.has("a"));
  CHECK(at.share.counts() == letter_counts{0, 1, 2});
  CHECK_FALSE(at.share.settle("a", 0)); // it had none
  CHECK_FALSE(at.share.settle("c", 7)); // nor one that was never parked
  CHECK(at.share.counts() == letter_counts{0, 1, 2});
}

TEST_CASE("letters are counted as they are written and settled") {
  sharing at;
  at.share.add_letters(1);
  at.share.add_letters(1);
  at.share.add_letters(-1);
  CHECK(at.share.counts().letters == 1);
}

TEST_CASE("what a claim finds takes the place of what was known") {
  sharing at;
  at.share.park({"a", "a", "a", "a", "a"});
  const auto before = at.share.parked(); // a job may still look at it
  at.share.take(std::make_shared<parked_set>(parked_set{{"b", 1}}), {4, 1, 1});
  CHECK(before->events("a") == 5);
  CHECK_FALSE(at.share.has("a"));
  CHECK(at.share.counts() == letter_counts{4, 1, 1});
  CHECK_FALSE(at.share.full());
}

} // namespace waymark::test
