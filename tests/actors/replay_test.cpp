// Steps of a retry and a discard, each against a real store.
#include "tests/catch.hpp"

#include "actors/claim.hpp"
#include "actors/letter_rounds.hpp"
#include "actors/replay.hpp"
#include "tests/actors/core_fixture.hpp"

#include <waymark/messages/error.hpp>

#include <functional>
#include <thread>

namespace waymark::test {

namespace {

using status = replay_outcome::status;
using positions = std::vector<std::int64_t>;

/// A shard of "p" that stands at the head of a log in which the stream Thing/a has `count` events,
/// all of them parked, and a letter for the first.
struct parked_stream {
  explicit parked_stream(projection builder = seeing(), int count = 4)
      : spec{std::move(builder).freeze()}, head{count} {
    for (int i = 0; i < count; ++i) {
      append_command command;
      command.stream = {"Thing", "a"};
      command.events.push_back(json_event("X", "{}"));
      at.events->append(command);
    }
    claim();
    auto unit = at.projections->begin(owner);
    for (position_t p = 1; p <= head; ++p)
      unit->park(key, p);
    unit->add_letter(letter_for(1));
    checkpoint_advance advance;
    advance.to = head;
    advance.event_id_at_position = event_at(head).event_id;
    REQUIRE(unit->commit(advance) == commit_status::committed);
    letter_id = at.projections->letter_at(owner.key, 1).value().id;
  }

  void claim() {
    claim_order order;
    order.spec = spec;
    order.store = at.projections;
    order.log = at.events;
    order.owner = "me";
    const auto report = claim_shard(order);
    REQUIRE(report.state == claim_report::status::granted);
    owner = {report.record.key, report.record.epoch};
    generation = report.record.generation;
  }

  [[nodiscard]] event event_at(position_t position) const {
    return at.events->read_all(position - 1).events.front();
  }
  [[nodiscard]] dead_letter letter_for(position_t position) const {
    dead_letter letter;
    letter.position = position;
    letter.sequence_key = key;
    letter.error = "first";
    letter.attempts = {{timestamp{}, "first"}};
    letter.subject = event_at(position);
    return letter;
  }

  replay_request request(settle_verb verb, std::vector<std::int64_t> letters, bool queue = false) {
    auto order = std::make_shared<settle_order>();
    order->verb = verb;
    order->by = "anna";
    order->round = round;
    replay_request made;
    made.on.spec = spec;
    made.on.store = at.projections;
    made.on.owner = owner;
    made.on.stored = made.on.passed = head;
    made.log = at.events;
    made.order = order;
    made.task = {key, std::move(letters), queue};
    made.generation = generation;
    made.time = &time;
    return made;
  }
  replay_outcome retry() { return replay(request(settle_verb::retry, {letter_id})); }

  /// Makes the events at these positions fail.
  void forbid(const std::vector<position_t>& which) {
    for (const auto p : which)
      write("INSERT INTO seen VALUES (" + std::to_string(p) + ")");
  }
  void allow() { write("DELETE FROM seen"); }
  void keep(const dead_letter& changed) {
    write([&](unit_of_work& unit) { REQUIRE(unit.update_letter(changed)); });
  }
  [[nodiscard]] std::vector<position_t> parked() const {
    return at.projections->parked_positions(owner.key, key);
  }
  [[nodiscard]] std::optional<dead_letter> letter(position_t position) const {
    return at.projections->letter_at(owner.key, position);
  }

  manual_clock time;
  waymark::store at = open("memory:");
  spec_ptr spec;
  position_t head = 0;
  std::string key{"Thing\0a", 7};
  ownership owner;
  std::int64_t generation = 0;
  std::int64_t letter_id = 0;
  int round = 0;

 private:
  void write(const std::string& sql) {
    write([&](unit_of_work& unit) { unit.model().execute(sql); });
  }
  void write(const std::function<void(unit_of_work&)>& what) {
    auto unit = at.projections->begin(owner);
    what(*unit);
    checkpoint_advance stay;
    stay.from = stay.to = head;
    stay.event_id_at_position = event_at(head).event_id;
    REQUIRE(unit->commit(stay) == commit_status::committed);
  }
};

} // namespace

TEST_CASE("a retry goes through the queue in order, and settles the letter") {
  parked_stream test;
  const auto done = test.retry();
  CHECK(done.state == status::ended);
  CHECK(done.key.replayed == 4);
  CHECK(done.key.remaining == 0);
  CHECK(done.handled == 4);
  CHECK(done.letters == -1);
  CHECK(done.last_event_id == test.event_at(4).event_id);
  CHECK(test.parked().empty());
  CHECK(seen_in(*test.at.projections) == positions{1, 2, 3, 4});
  CHECK(test.at.projections->load(test.owner.key)->position == 4);
  CHECK(test.at.projections->load(test.owner.key)->events_processed == 4);
  REQUIRE(test.at.projections->settled_letters({}).size() == 1);
  CHECK(test.at.projections->settled_letters({})[0].how.by == "anna");
}

TEST_CASE("a retry stops at the first failure: what was done stays, the rest stays parked") {
  parked_stream test;
  test.forbid({3});
  const auto done = test.retry();
  CHECK(done.state == status::ended);
  REQUIRE(done.key.failed);
  CHECK(done.key.failed->position == 3);
  CHECK(done.key.replayed == 2);
  CHECK(done.key.remaining == 2);
  CHECK(done.letters == 0); // one settled, one written
  REQUIRE(done.new_letter);
  CHECK(done.new_letter->position == 3);
  CHECK(test.parked() == std::vector<position_t>{3, 4});
  CHECK_FALSE(test.letter(1).has_value());
  REQUIRE(test.letter(3).has_value());
  CHECK(test.letter(3)->attempts.size() == 1);

  // Once more: one more attempt in that letter, and nothing else.
  const auto again = replay(test.request(settle_verb::retry, {test.letter(3)->id}));
  CHECK(again.key.replayed == 0);
  CHECK(again.letters == 0);
  CHECK_FALSE(again.new_letter.has_value());
  CHECK(test.letter(3)->attempts.size() == 2);
  CHECK(test.parked().size() == 2);

  // A queue without orders about its letter goes on in the same way.
  test.allow();
  CHECK(replay(test.request(settle_verb::retry, {}, true)).key.replayed == 2);
  CHECK(test.parked().empty());
}

TEST_CASE("a discard passes the letter's event, and handles what is parked behind it") {
  parked_stream test;
  test.forbid({1});
  const auto done = replay(test.request(settle_verb::discard, {test.letter_id}));
  CHECK(done.key.discarded == 1);
  CHECK(done.key.replayed == 3);
  CHECK(done.key.remaining == 0);
  CHECK(done.letters == -1);
  CHECK(test.parked().empty());
  CHECK(test.at.projections->settled_letters({}).at(0).how.verb == settle_verb::discard);
  CHECK(test.at.projections->load(test.owner.key)->events_processed == 3);
}

TEST_CASE("a dry run tells what would happen, and changes nothing") {
  parked_stream test;
  const auto works = try_replay(test.request(settle_verb::retry, {test.letter_id}));
  CHECK(works.key.replayed == 4);
  CHECK(works.key.remaining == 0);
  CHECK_FALSE(works.key.failed.has_value());
  const auto drops = try_replay(test.request(settle_verb::discard, {test.letter_id}));
  CHECK(drops.key.discarded == 1);
  CHECK(drops.key.replayed == 3);
  test.forbid({3});
  const auto fails = try_replay(test.request(settle_verb::retry, {test.letter_id}));
  REQUIRE(fails.key.failed);
  CHECK(fails.key.failed->position == 3);
  CHECK(fails.key.remaining == 2);
  CHECK(test.parked().size() == 4);
  CHECK(test.letter(1)->attempts.size() == 1);
  CHECK(seen_in(*test.at.projections) == positions{3});
  CHECK(test.at.projections->settled_letters({}).empty());
  test.owner.epoch -= 1;
  CHECK(try_replay(test.request(settle_verb::retry, {test.letter_id})).state == status::fenced);
}

TEST_CASE("a dry run tries so many events, and says how many it has not") {
  parked_stream test{seeing(), 1'003};
  const auto done = try_replay(test.request(settle_verb::retry, {test.letter_id}));
  CHECK(done.key.replayed == 1'000);
  CHECK(done.key.untried == 3);
  CHECK(done.key.remaining == 3);
}

TEST_CASE("a step ends when its time is over, after at least one event") {
  static constexpr std::chrono::milliseconds all_the_time{1};
  parked_stream test{projection{"p"}
                         .on("X",
                             [](read_model&, const nlohmann::json&) {
                               std::this_thread::sleep_for(2 * all_the_time);
                             })
                         .batch({.max_transaction = all_the_time})};
  auto request = test.request(settle_verb::retry, {test.letter_id});
  for (int left = 3; left > 0; --left) {
    const auto step = replay(request);
    CHECK(step.state == status::more);
    CHECK(step.key.replayed == 1);
    CHECK(step.key.remaining == left);
    CHECK(step.rest.queue);
    request.task = step.rest;
  }
  CHECK(replay(request).state == status::ended);
  CHECK(test.parked().empty());
}

TEST_CASE("who has lost the shard, or stands elsewhere, replays nothing") {
  parked_stream test;
  auto elsewhere = test.request(settle_verb::retry, {test.letter_id});
  elsewhere.on.stored = 3;
  CHECK(replay(elsewhere).state == status::fenced);
  auto old = test.request(settle_verb::discard, {test.letter_id});
  test.claim();
  CHECK(replay(old).state == status::fenced);
  CHECK(test.parked().size() == 4);
  CHECK(test.letter(1).has_value());
}

TEST_CASE("letters that are not there any more, or of before a reset, are refused") {
  parked_stream test;
  CHECK_FALSE(replay(test.request(settle_verb::retry, {test.letter_id + 1})).key.refused.empty());
  auto request = test.request(settle_verb::discard, {test.letter_id});
  request.generation += 1;
  const auto old = replay(request);
  CHECK_FALSE(old.key.refused.empty());
  CHECK(old.key.discarded == 0);
  CHECK(test.letter(1).has_value());
}

TEST_CASE("an event that nobody wants any more is passed, and its letter settled") {
  parked_stream test;
  test.spec = projection{"p"}
                  .on("Y", [](read_model&, const nlohmann::json&) {})
                  .batch({.max_transaction = std::chrono::hours{1}})
                  .freeze();
  const auto done = test.retry();
  CHECK(done.key.unwanted == 4);
  CHECK(done.key.replayed == 0);
  CHECK(done.key.remaining == 0);
  CHECK(test.at.projections->load(test.owner.key)->events_processed == 0);
}

TEST_CASE("a log that has another event than the letter tells is the store's fault") {
  parked_stream test;
  test.at.events = open("memory:").events;
  const auto none = test.retry();
  CHECK(none.state == status::faulted);
  CHECK_THAT(none.error, Catch::Matchers::ContainsSubstring("the log was replaced"));
  append_command command;
  command.stream = {"Thing", "a"};
  command.events.push_back(json_event("X", "{}"));
  test.at.events->append(command);
  const auto outcome = test.retry();
  CHECK(outcome.state == status::faulted);
  CHECK(outcome.key.remaining == 4);
  CHECK(test.parked().size() == 4);
  CHECK(test.letter(1)->attempts.size() == 1);
}

TEST_CASE("a round of the schedule stands in the attempt, and the next one follows from it") {
  parked_stream test{seeing().retry_letters({.rounds = 2})};
  test.forbid({1});
  test.round = 1;
  auto failed = replay(test.request(settle_verb::retry, {}, true));
  CHECK(test.letter(1)->attempts.back().round == 1);
  CHECK(failed.next_round == 2);
  test.round = 0; // by hand
  failed = replay(test.request(settle_verb::retry, {}, true));
  CHECK(test.letter(1)->attempts.back().round == 0);
  CHECK(failed.next_round == 2);
  test.round = 2;
  failed = replay(test.request(settle_verb::retry, {}, true));
  CHECK_FALSE(failed.next_round.has_value());
  CHECK(test.letter(1)->attempts.size() == 4);

  // The letter of a later event has all of its rounds before it.
  test.allow();
  test.forbid({2});
  failed = replay(test.request(settle_verb::retry, {}, true));
  CHECK(failed.new_letter->attempts.back().round == 0);
  CHECK(failed.next_round == 1);
}

TEST_CASE("a letter that a process has ended in stays a person's, however a retry fails") {
  parked_stream test{seeing().retry_letters({.rounds = 2})};
  test.forbid({1});
  auto letter = test.letter(1).value();
  add_attempt(letter, 1, {timestamp{}, "the process ended", left_to_a_person});
  test.keep(letter);
  CHECK_FALSE(test.retry().next_round.has_value());
  CHECK(test.letter(1)->attempts.size() == 3);
  auto again = test.request(settle_verb::retry, {}, true);
  auto by_itself = *again.order;
  by_itself.by_itself = true;
  again.order = std::make_shared<settle_order>(by_itself);
  const auto refused = replay(again).key.refused;
  CHECK(refused.ends_with("which nobody but a person tries again"));
  CHECK(test.letter(1)->attempts.size() == 3);
}

TEST_CASE("a replay tells its meter what it does") {
  std::vector<job_meter::view> seen;
  std::shared_ptr<job_meter> meter;
  projection builder{"p"};
  builder.on("X", [&](read_model&, const nlohmann::json&, const event&) {
    seen.push_back(meter->look());
  });
  builder.batch({.max_transaction = std::chrono::hours{1}});
  parked_stream test{std::move(builder), 2};
  const auto times = std::make_shared<handler_times>();
  meter = std::make_shared<job_meter>(test.owner.key, "pool", test.spec, times);
  auto request = test.request(settle_verb::retry, {test.letter_id});
  request.on.meter = meter;
  CHECK(replay(request).key.replayed == 2);
  REQUIRE(seen.size() == 2);
  for (position_t at = 1; at <= 2; ++at) {
    const auto& view = seen[static_cast<std::size_t>(at - 1)];
    CHECK(view.at == job_meter::stage::handling);
    CHECK(view.position == at);
    CHECK(view.event_id == test.event_at(at).event_id);
    CHECK(view.event_type == "X");
  }
  CHECK(meter->look().at == job_meter::stage::in_store);
}

TEST_CASE("an unmarked replay leaves the marker of a live event as it is") {
  parked_stream test;
  attempt_marker live;
  live.position = test.head + 1;
  REQUIRE(test.at.projections->begin_attempt(test.owner, live) == commit_status::committed);
  test.forbid({2});
  auto request = test.request(settle_verb::retry, {test.letter_id});
  request.marked = false;
  const auto outcome = replay(request);
  CHECK(outcome.key.replayed == 1);
  CHECK(outcome.key.failed);
  const auto marker = test.at.projections->find_attempt(test.owner.key);
  REQUIRE(marker);
  CHECK(marker->position == live.position);
}

} // namespace waymark::test
