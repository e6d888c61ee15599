#include "tests/catch.hpp"

#include <waymark/actors/projection.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/messages/hash.hpp>
#include <waymark/persistence/projection_store.hpp>
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
  refused(outside().batch({1, std::chrono::milliseconds{20}, std::chrono::milliseconds{-1}}),
          ".batch({.max_wait = 5ms})");
  refused(outside().handler_timeout(std::chrono::milliseconds{-1}),
          ".handler_timeout(0ms) is none");
  refused(outside().handler_timeout(std::chrono::milliseconds::max()), "over 366 days");
  refused(outside().batch({1, std::chrono::milliseconds::max()}), "over 366 days");
  refused(outside().park_limits({0, 1}), ".park_limits({.per_key = 1}) is the least");
  refused(outside().park_limits({1, 0}), ".park_limits({.per_key = 1}) is the least");
}

TEST_CASE("who asks for rounds of letters says how many") {
  CHECK_THROWS_WITH(outside().retry_letters({}),
                    Catch::Matchers::ContainsSubstring(".retry_letters({.rounds = 3})"));
  CHECK(outside().retry_letters({.rounds = 3}).freeze()->retry_letters.rounds == 3);
  CHECK(outside().freeze()->retry_letters.rounds == 0);
}

TEST_CASE("a policy that can't work is refused with the value and what it must be") {
  const auto why = [](auto builder) -> std::string {
    try {
      static_cast<void>(std::move(builder).freeze());
    } catch (const usage_error& problem) {
      return problem.what();
    }
    return "not refused";
  };
  const auto retrying = [&](auto change) {
    retry_policy policy;
    change(policy);
    return why(outside().retry(policy));
  };
  const std::string bad = "projection \"p\" has a bad retry policy: ";
  CHECK(retrying([](auto& policy) { policy.attempts = 0; }) ==
        bad + "retry.attempts is 0; it counts the first try, so it must be at least 1");
  CHECK(retrying([](auto& policy) { policy.give_ups_in_a_row = 0; }) ==
        bad + "retry.give_ups_in_a_row is 0; it must be at least 1");
  CHECK_THAT(retrying([](auto& policy) { policy.max_crashes = -1; }),
             Catch::Matchers::StartsWith(bad + "retry.max_crashes is -1; it must not be negative"));
  CHECK_THAT(retrying([](auto& policy) { policy.backoff.max = policy.backoff.min / 2; }),
             Catch::Matchers::ContainsSubstring("is below backoff.min"));
  letter_retry_policy letters;
  letters.rounds = -1;
  CHECK(why(outside().retry_letters(letters)) ==
        "projection \"p\" has a bad policy for its letters: retry_letters.rounds is -1; it must "
        "not be negative (0: no rounds)");
}

TEST_CASE("handlers that contradict each other are refused, and what to do is said") {
  const auto batch = [](batch_of<nlohmann::json>) {};
  CHECK_THROWS_WITH(outside().on("X", nothing),
                    "projection \"p\" has two handlers for \"X\": join them into one, or make "
                    "two projections");
  CHECK_THROWS_WITH(outside().on("", nothing),
                    "projection \"p\": .on needs the name of an event type");
  CHECK_THROWS_WITH(projection::at_least_once("p").on_batch({}, batch),
                    "projection \"p\": .on_batch needs at least one event type");
  CHECK_THROWS_WITH(projection::at_least_once("p").on_batch({"X"}, batch).on_batch({"Y"}, batch),
                    Catch::Matchers::StartsWith("projection \"p\" has two batch handlers: join"));
  CHECK_THROWS_WITH(outside().on_batch({"Y"}, batch).freeze(),
                    "projection \"p\" has both .on and .on_batch, which can't be kept in order: "
                    "use one of them");
  CHECK_THROWS_WITH(
      projection::at_least_once("p").on_batch({"X"}, batch).unhandled(unhandled::error).freeze(),
      "projection \"p\" uses .on_batch with .unhandled(error): use .on, or another choice for "
      "unhandled");
}

TEST_CASE("a key is the stream unless a rule is given, and decides the shard") {
  event e;
  e.aggregate_type = "Order";
  e.aggregate_id = "o-17";
  const auto plain = outside().shards(4).freeze();
  CHECK(plain->key_of(e) == std::string{"Order\0o-17", 10});
  CHECK(plain->shard_of("a") == static_cast<int>(0xaf63dc4c8601ec8cu % 4));
  CHECK(fnv1a("") == 0xcbf29ce484222325u);
  std::string unused;
  CHECK(plain->key_hash(e, unused) == fnv1a(plain->key_of(e)));
  CHECK(unused.empty());
  const auto ruled =
      outside().sequence_by("fails", [](const event&) -> std::string { throw 1.5; }).freeze();
  CHECK_THROWS(ruled->key_of(e));
  CHECK_THROWS(ruled->key_hash(e, unused));
  std::size_t bytes = max_sequence_key_bytes;
  const auto long_one =
      outside().sequence_by("long", [&](const event&) { return std::string(bytes, 'k'); }).freeze();
  CHECK(long_one->key_of(e).size() == bytes);
  ++bytes;
  CHECK_THROWS_AS(long_one->key_of(e), decode_error);
  CHECK_THROWS_AS(long_one->key_hash(e, unused), decode_error);
}

TEST_CASE("a filter is narrowed to the handled types unless others are to be noticed") {
  CHECK(outside().freeze()->wanted().event_types == std::vector<std::string>{"X"});
  CHECK(outside().unhandled(unhandled::warn).freeze()->wanted().event_types.empty());
}

} // namespace waymark::test
