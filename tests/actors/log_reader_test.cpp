#include "tests/catch.hpp"

#include "actors/log_reader.hpp"

namespace waymark::test {

namespace {

page answer(position_t head, std::uint64_t incarnation = 1) {
  page result;
  result.head = head;
  result.log_incarnation = incarnation;
  return result;
}

} // namespace

TEST_CASE("one page is asked for at a time, and only its answer is expected") {
  log_reader log;
  CHECK_FALSE(log.expects(0));
  const auto first = log.ask(3);
  CHECK(first.after == 3);
  CHECK(log.is_asking());
  CHECK(log.expects(first.token));
  CHECK_FALSE(log.expects(first.token + 1));
  CHECK_FALSE(log.take(answer(9), 3));
  CHECK_FALSE(log.expects(first.token)); // it has come
  CHECK(log.head_seen() == 9);
  CHECK_FALSE(log.take(answer(7), 3));
  CHECK(log.head_seen() == 9);
}

TEST_CASE("a request that is forgotten has no answer that counts, also after another claim") {
  const bool claims = GENERATE(true, false);
  log_reader log;
  const auto before = log.ask(3);
  if (claims)
    log.begin();
  else
    log.forget_request();
  CHECK_FALSE(log.is_asking());
  CHECK_FALSE(log.expects(before.token));
  const auto after = log.ask(0);
  CHECK_FALSE(log.expects(before.token));
  CHECK(log.expects(after.token));
}

TEST_CASE("who knows the log waits at its end, and who does not asks for an answer at once") {
  log_reader log;
  CHECK(log.ask(0).seen == 0);
  (void)log.take(answer(9, 5), 0);
  CHECK(log.ask(9).seen == 5);
  log.fail(); // is it there again?
  CHECK_FALSE(log.is_asking());
  CHECK(log.ask(9).seen == 0);
  (void)log.take(answer(9, 5), 9);
  CHECK(log.ask_at_once(9).seen == 0);
  (void)log.take(answer(9, 0), 9); // nobody looked
  CHECK(log.ask(9).seen == 5);
}

TEST_CASE("a log in another one's place is noticed once") {
  log_reader log;
  CHECK_FALSE(log.take(answer(9, 0), 0));
  CHECK_FALSE(log.take(answer(9, 5), 0)); // the first that is known
  CHECK_FALSE(log.take(answer(9, 0), 0));
  CHECK(log.take(answer(4, 6), 0));
  CHECK(log.head_seen() == 0);
  CHECK_FALSE(log.take(answer(4, 6), 0));
  CHECK(log.head_seen() == 4);
}

TEST_CASE("a shard has caught up at the head, and again after it was far behind") {
  log_reader log;
  CHECK_FALSE(log.catches_up(0)); // where the head is nobody knows
  (void)log.take(answer(9), 0);
  CHECK_FALSE(log.catches_up(8));
  CHECK(log.catches_up(9));
  CHECK_FALSE(log.catches_up(9));
  (void)log.take(answer(1'009), 9);
  CHECK_FALSE(log.catches_up(1'009)); // it was near
  (void)log.take(answer(2'010), 1'009);
  CHECK_FALSE(log.catches_up(2'009));
  CHECK(log.catches_up(2'010));
  log.begin();
  CHECK(log.catches_up(2'010));
}

} // namespace waymark::test
