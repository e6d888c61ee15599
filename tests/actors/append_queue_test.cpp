#include "tests/catch.hpp"

#include "actors/append_queue.hpp"

#include <waymark/messages/error.hpp>

#include <thread>

namespace waymark::test {

namespace {

std::shared_ptr<append_slot> slot_of(std::size_t commands) {
  return std::make_shared<append_slot>(std::vector<append_command>(commands));
}

} // namespace

TEST_CASE("only the first push since the queue was found empty wakes") {
  append_queue queue{100};
  CHECK(queue.push(slot_of(1)));
  CHECK_FALSE(queue.push(slot_of(1)));
  CHECK(queue.take(10).size() == 2);
  CHECK_FALSE(queue.push(slot_of(1))); // the taker looks again
  CHECK(queue.take(10).size() == 1);
  CHECK(queue.take(10).empty());
  CHECK(queue.push(slot_of(1)));
}

TEST_CASE("a take is bounded by commands, but has at least one slot") {
  append_queue queue{100};
  static_cast<void>(queue.push(slot_of(5)));
  static_cast<void>(queue.push(slot_of(2)));
  static_cast<void>(queue.push(slot_of(2)));
  CHECK(queue.take(3).size() == 1);
  CHECK(queue.take(3).size() == 1);
  CHECK(queue.take(3).size() == 1);
}

TEST_CASE("a full queue lets a push wait until there is room") {
  append_queue queue{2};
  static_cast<void>(queue.push(slot_of(2)));
  std::thread other{[&] { static_cast<void>(queue.push(slot_of(1))); }};
  while (queue.take(10).empty())
    std::this_thread::yield();
  other.join();
  CHECK(queue.take(10).size() == 1);
}

TEST_CASE("a closed queue refuses, and answers what it still holds") {
  append_queue queue{10};
  const auto waiting = slot_of(2);
  static_cast<void>(queue.push(waiting));
  queue.fail_rest("the engine has stopped");
  const auto answers = waiting->wait();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].state == append_result::status::failed);
  CHECK_THAT(answers[1].problem, Catch::Matchers::ContainsSubstring("the engine has stopped"));
  CHECK_THROWS_AS(queue.push(slot_of(1)), store_error);
}

} // namespace waymark::test
