#include "tests/catch.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <set>

using namespace waymark;
using namespace waymark::test;

namespace {

constexpr int producers = 8;
constexpr int rounds = 25;

append_command one_cent(const std::string& id, expected_version expected) {
  auto command = order(id, "monday", 1);
  command.expected = expected;
  return command;
}

/// A thread that appends to a stream that all share, and to one of its own.
struct producer {
  explicit producer(std::string stream) : own{std::move(stream)} {}

  std::string own;
  std::vector<std::int64_t> won; ///< The versions that its events got in the shared stream.
  int lost = 0;
  std::string problem; ///< Anything that should not happen.

  void run(engine& in) {
    try {
      for (int round = 0; round < rounds; ++round) {
        append_own(in, round);
        append_shared(in);
      }
    } catch (const std::exception& unexpected) {
      problem = unexpected.what();
    }
  }
  void append_own(engine& in, int round) {
    if (in.append(one_cent(own, expected_version{round})).stream_version != round + 1)
      problem = own + " got another version in round " + std::to_string(round);
  }
  /// Until it gets in, at the version that the conflict before named.
  void append_shared(engine& in) {
    for (;;) {
      try {
        won.push_back(in.append(one_cent("shared", expected_version{known_})).stream_version);
        if (won.back() != known_ + 1)
          problem = "won a version that it did not ask for";
        known_ = won.back();
        return;
      } catch (const version_conflict& conflict) {
        ++lost;
        if (conflict.actual_version() <= known_)
          problem = std::string{"a conflict without a cause: "} + conflict.what();
        known_ = conflict.actual_version();
      }
    }
  }

 private:
  std::int64_t known_ = 0;
};

} // namespace

TEST_CASE("of producers that expect a version one wins it, and streams of their own never fail") {
  engine_fixture test;
  for (const auto& address : {std::string{"memory:"}, test.folder.address()}) {
    CAPTURE(address);
    engine it{open(address), test.options()};
    it.start(shop::revenue());
    std::vector<producer> all;
    for (int i = 0; i < producers; ++i)
      all.emplace_back("own-" + std::to_string(i));
    std::vector<std::thread> threads;
    for (auto& each : all)
      threads.emplace_back([&each, &it] { each.run(it); });
    for (auto& thread : threads)
      thread.join();

    std::set<std::int64_t> won;
    int lost = 0;
    for (const auto& each : all) {
      CHECK(each.problem == "");
      CHECK(each.won.size() == rounds);
      won.insert(each.won.begin(), each.won.end());
      lost += each.lost;
      CHECK(it.log().read_stream({"Order", each.own}).size() == rounds);
    }
    CHECK(lost > 0);
    const auto shared = it.log().read_stream({"Order", "shared"});
    REQUIRE(shared.size() == std::size_t{producers * rounds});
    CHECK(won.size() == shared.size());
    for (std::size_t i = 0; i < shared.size(); ++i)
      CHECK(shared[i].aggregate_version == static_cast<std::int64_t>(i) + 1);
    CHECK(it.head() == 2 * producers * rounds);
    const auto last = it.append(one_cent("last", no_stream));
    CHECK(it.wait_until("revenue", last, patience) == wait_result::reached);
    CHECK(cents_of(it) == it.head());
  }
}

TEST_CASE("a typed append that has ids may be repeated, whatever became of the first") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  const auto id = uuid::v7();
  const auto once = [&] {
    return it.append("o-17", any_version, with_id(id, shop::order_placed{"monday", 1}));
  };
  const auto first = once();
  CHECK_FALSE(first.already_there);
  const auto again = once();
  CHECK(again.already_there);
  CHECK(again.last_position == first.last_position);
  CHECK(it.head() == 1);
}

TEST_CASE("a handler that calls its engine is at fault itself, and no event is given up") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  it.start(shop::revenue_tables().retry(tries(1)).on<shop::order_placed>(
      [&](read_model&, const shop::order_placed&) { place_orders(it, 1); }));
  CHECK(it.wait_until("revenue", place_orders(it, 20), patience) == wait_result::stopped);
  CHECK(it.status("revenue").state == projection_state::failed);
  CHECK(it.status("revenue").set_aside.letters == 0);
  CHECK(it.dead_letters().empty());
}

TEST_CASE("a handler that asks for another type than its column has is at fault itself") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  it.start(shop::revenue_tables().retry(tries(1)).on<shop::order_placed>(
      [](read_model& db, const shop::order_placed& e) {
        db.execute(shop::add_to_day, e.day, e.cents);
        static_cast<void>(db.query_value<std::int64_t>("SELECT day FROM revenue"));
      }));
  CHECK(it.wait_until("revenue", place_orders(it, 20), patience) == wait_result::stopped);
  CHECK(it.status("revenue").state == projection_state::failed);
  CHECK(it.dead_letters().empty());
}

TEST_CASE("a const engine answers questions, and a reference is answered as a copy") {
  engine_fixture test;
  engine it{open("memory:"), test.options()};
  it.start(shop::revenue_in_memory());
  const auto last = place_orders(it, 3);
  const engine& seen = it;
  CHECK(seen.head() == 3);
  CHECK(seen.log().head() == 3);
  CHECK(it.handle("revenue-in-memory").wait_until(last, patience) == wait_result::reached);
  const auto days = seen.read<shop::days>(
      "revenue-in-memory", [](const shop::days& sums) -> const shop::days& { return sums; });
  CHECK(days == shop::days{{"monday", 3}});
}
