#include <waymark/messages/checkpoint.hpp>

#include "tests/catch.hpp"

using waymark::shard_key;

TEST_CASE("shard key: the number is only told where there is one") {
  CHECK(to_string(shard_key{"order-revenue"}) == "order-revenue");
  CHECK(to_string(shard_key{"order-revenue", 2}) == "order-revenue/2");
}

TEST_CASE("shard key: sorts by projection, then by shard") {
  CHECK(shard_key{"a", 9} < shard_key{"b", 0});
  CHECK(shard_key{"a", 1} < shard_key{"a", 2});
  CHECK(shard_key{"a", 1} == shard_key{"a", 1});
}
