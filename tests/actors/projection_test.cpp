#include "tests/catch.hpp"

#include <waymark/actors/projection.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

namespace waymark::test {

namespace {

const auto nothing = [](const nlohmann::json&) {};

auto outside(const std::string& name = "p") {
  return projection::at_least_once(name).on("X", nothing);
}

} // namespace

TEST_CASE("a builder that can't work is refused with a way to mend it") {
  using Catch::Matchers::ContainsSubstring;
  const auto refused = [](auto builder, const char* hint) {
    CHECK_THROWS_WITH(std::move(builder).freeze(), ContainsSubstring(hint));
  };
  refused(outside(""), "no name");
  refused(projection::at_least_once("p"), "no handler");
  refused(outside().version(0), "versions start at 1");
  refused(outside().shards(0), "1 to 1024");
  refused(outside().shards(1025), "1 to 1024");
  refused(outside().batch({0, std::chrono::milliseconds{20}}), "batches of 0 events");
  refused(outside().batch({1, std::chrono::milliseconds{0}}), "0 ms");
  refused(outside().filter({{"Y"}, {}, {}}), "no handler for it");
  refused(outside().sequence_by("", [](const event&) { return std::string{}; }), "without a name");
  refused(projection{"p"}
              .on("X", [](read_model&, const nlohmann::json&) {})
              .on_new_version(new_version::rebuild),
          "add .truncate");
  refused(projection::in_memory<int>("p").on("X", [](int&, const nlohmann::json&) {}).shards(2),
          "drop .shards");
  refused(projection::in_memory<int>("p").on_batch({"X"}, [](int&, batch_of<nlohmann::json>) {}),
          "add .snapshot");
  refused(projection::in_memory<int>("p")
              .on("X", [](int&, const nlohmann::json&) {})
              .into(open("memory:").projections),
          "drop .into");
  refused(outside("orders/eu"), "'/' in its name");
  CHECK_THROWS_AS(outside().on("X", nothing), usage_error);
}

TEST_CASE("a key is the stream unless a rule is given, and decides the shard") {
  event e;
  e.aggregate_type = "Order";
  e.aggregate_id = "o-17";
  const auto plain = outside().shards(4).freeze();
  CHECK(plain->key_of(e) == std::string{"Order\0o-17", 10});
  CHECK(plain->shard_of("a") == static_cast<int>(0xaf63dc4c8601ec8cu % 4));
  CHECK(fnv1a("") == 0xcbf29ce484222325u);
  const auto ruled =
      outside().sequence_by("fails", [](const event&) -> std::string { throw 1.5; }).freeze();
  CHECK_THROWS(ruled->key_of(e));
}

TEST_CASE("a filter is narrowed to the handled types unless others are to be noticed") {
  CHECK(outside().freeze()->wanted().event_types == std::vector<std::string>{"X"});
  CHECK(outside().unhandled(unhandled::warn).freeze()->wanted().event_types.empty());
}

} // namespace waymark::test
