// Retries and discards of letters, as the machine of a projection takes them in turns with the
// rest.
#include "tests/catch.hpp"

#include "actors/letter_rounds.hpp"
#include "actors/projection_machine.hpp"
#include "tests/actors/core_fixture.hpp"

namespace waymark::test {

namespace {

template <class T>
const T* find(const actions& in) {
  for (const auto& each : in)
    if (const auto* found = std::get_if<T>(&each))
      return found;
  return nullptr;
}

const std::string key_a{"Thing\0a", 7};
const std::string key_b{"Thing\0b", 7};

apply_outcome done(position_t to) {
  apply_outcome outcome;
  outcome.stored = outcome.passed = to;
  outcome.handled = 1;
  return outcome;
}

/// One event was handled again; so many are left.
replay_outcome step(std::int64_t remaining) {
  replay_outcome outcome;
  outcome.state =
      remaining > 0 ? replay_outcome::status::more : replay_outcome::status::ended;
  outcome.rest = {key_a, {}, true};
  outcome.key.key = {"p", 0};
  outcome.key.sequence_key = key_a;
  outcome.key.replayed = outcome.handled = 1;
  outcome.key.remaining = remaining;
  return outcome;
}

replay_outcome failed(std::int64_t remaining, std::optional<int> next_round = {}) {
  auto outcome = step(remaining);
  outcome.state = replay_outcome::status::ended;
  outcome.key.replayed = outcome.handled = 0;
  outcome.key.failed = replay_failure{1, uuid{}, "X", "bad again"};
  outcome.next_round = next_round;
  return outcome;
}

/// A machine that has claimed with three parked events of the key a.
struct parked_machine {
  explicit parked_machine(projection builder = seeing(), claim_report from = {})
      : machine{std::move(builder).freeze(), 0, {.time = &time}} {
    (void)machine.start();
    from.record.key = {"p", 0};
    from.record.epoch = 1;
    from.parked = std::make_shared<parked_set>(parked_set{{key_a, 3}});
    from.set_aside = {1, 1, 3};
    claimed = machine.on_claim(std::move(from));
    REQUIRE(find<todo::fetch>(claimed));
  }
  actions give_page() { return machine.on_page(events, find<todo::fetch>(claimed)->token); }
  /// Orders a retry (or discard) of key a, whose report comes to `report`.
  actions order(settle_verb verb = settle_verb::retry, bool dry_run = false) {
    auto made = std::make_shared<settle_order>();
    made->verb = verb;
    made->dry_run = dry_run;
    made->by = "anna";
    made->tasks.push_back({key_a, {1}, false});
    made->done = [this](const settle_report& r) { report = r; };
    return machine.settle(std::move(made));
  }
  /// What the actor does with orders that are done.
  const actions& told(const actions& next) {
    for (const auto& each : next)
      if (const auto* settled = std::get_if<todo::settled>(&each); settled && settled->order->done)
        settled->order->done(settled->report);
    return next;
  }
  [[nodiscard]] std::string refused() const {
    return report && report->keys.size() == 1 ? report->keys[0].refused : "no report";
  }

  manual_clock time;
  page_ptr events = made_page({"a", "b", "a"});
  projection_machine machine;
  actions claimed;
  std::optional<settle_report> report;
};

letter_retry_policy rounds(int count) {
  letter_retry_policy policy;
  policy.rounds = count;
  return policy;
}

} // namespace

TEST_CASE("no event is handled while a key is replayed, and batches and steps take turns") {
  parked_machine at;
  const auto first = at.order();
  REQUIRE(find<todo::replay>(first));
  CHECK(find<todo::replay>(first)->task.letters == std::vector<std::int64_t>{1});
  CHECK_FALSE(find<todo::apply>(at.give_page())); // with events of that very key
  CHECK(at.machine.on_save_tick().empty());
  auto next = at.machine.on_replayed(step(2));
  CHECK(at.machine.set_aside().parked_events == 2);
  CHECK(at.machine.parked()->at(key_a) == 2); // later ones are still parked
  REQUIRE(find<todo::apply>(next));
  CHECK_FALSE(find<todo::replay>(next));
  next = at.machine.on_applied(done(1));
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->task.queue);
  CHECK_FALSE(find<todo::apply>(next));
  next = at.told(at.machine.on_replayed(step(0)));
  REQUIRE(at.report);
  CHECK(at.report->replayed() == 2);
  CHECK(at.report->complete());
  CHECK(at.machine.parked()->empty()); // the key is live with the very next batch
  CHECK(find<todo::apply>(next));
  CHECK(at.machine.set_aside().parked_keys == 0);
  CHECK(at.machine.record().events_processed == 3);
}

TEST_CASE("an event that is parked while its key waits for its turn is in the queue after it") {
  parked_machine at;
  REQUIRE(find<todo::apply>(at.give_page()));
  CHECK(at.order().empty()); // the batch ends first
  auto batch = done(3);
  batch.parked = {key_a, key_a};
  REQUIRE(find<todo::replay>(at.machine.on_applied(batch)));
  CHECK(at.machine.parked()->at(key_a) == 5);
  at.told(at.machine.on_replayed(failed(5)));
  CHECK(at.report->remaining() == 5);
  CHECK(at.machine.set_aside() == letter_counts{1, 1, 5});
}

TEST_CASE("a dry run leaves what the machine knows as it is") {
  parked_machine at;
  const auto next = at.order(settle_verb::discard, true);
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->order->dry_run);
  CHECK(find<todo::replay>(next)->order->verb == settle_verb::discard);
  auto outcome = step(0);
  outcome.letters = -1;
  at.told(at.machine.on_replayed(outcome));
  REQUIRE(at.report);
  CHECK(at.report->dry_run);
  CHECK(at.machine.set_aside() == letter_counts{1, 1, 3});
  CHECK(at.machine.parked()->count(key_a) == 1);
  CHECK(at.machine.record().events_processed == 0);
}

TEST_CASE("a failure stops the key, and the next key of the order has its turn") {
  parked_machine at;
  auto order = std::make_shared<settle_order>();
  order->tasks = {{key_a, {1}, false}, {key_b, {2}, false}};
  order->done = [&at](const settle_report& r) { at.report = r; };
  REQUIRE(find<todo::replay>(at.machine.settle(order)));
  const auto next = at.machine.on_replayed(failed(3));
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->task.sequence_key == key_b);
  CHECK(at.machine.last_error() == "bad again");
  auto of_b = step(0);
  of_b.key.sequence_key = key_b;
  of_b.letters = -1;
  at.told(at.machine.on_replayed(of_b));
  REQUIRE(at.report);
  CHECK_FALSE(at.report->complete());
  CHECK(at.report->replayed() == 1);
  CHECK(at.machine.set_aside() == letter_counts{0, 1, 3});
}

TEST_CASE("what comes in the middle of a replay waits for the step, then ends the order") {
  SECTION("a pause") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::replay>(at.machine.pause("lunch")));
    CHECK_FALSE(at.report.has_value());
    CHECK_FALSE(find<todo::replay>(at.told(at.machine.on_replayed(step(2)))));
    CHECK(at.refused().find("lunch") != std::string::npos);
    CHECK(at.report->replayed() == 1); // what was done is told
    CHECK(at.machine.parked()->at(key_a) == 2);
    CHECK_FALSE(find<todo::replay>(at.machine.resume()));
  }
  SECTION("a reset") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::held>(at.machine.hold()));
    CHECK(find<todo::held>(at.told(at.machine.on_replayed(step(2)))));
    CHECK(at.refused() == "is being reset");
    CHECK(find<todo::claim>(at.machine.begin_again()));
  }
  SECTION("a reset that does not wait: the step's result means nothing after it") {
    parked_machine at;
    at.order();
    at.told(at.machine.begin_again());
    CHECK(at.refused() == "was reset");
    const auto next = at.machine.on_replayed(step(2));
    CHECK(find<todo::claim>(next));
    CHECK(at.machine.record().events_processed == 0);
  }
  SECTION("a drain") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::release>(at.machine.drain()));
    CHECK(find<todo::release>(at.told(at.machine.on_replayed(step(2)))));
    CHECK(at.refused() == "is being stopped");
    CHECK_FALSE(find<todo::replay>(at.machine.on_released()));
  }
  SECTION("another owner, whom the step has met") {
    parked_machine at;
    at.order();
    auto fenced = step(2);
    fenced.state = replay_outcome::status::fenced;
    const auto next = at.told(at.machine.on_replayed(fenced));
    CHECK(at.machine.state() == projection_state::standing_by);
    CHECK(at.refused().find("another owner") != std::string::npos);
    CHECK_FALSE(find<todo::replay>(next));
  }
  SECTION("another owner, whom somebody else has met") {
    parked_machine at;
    at.order();
    CHECK_FALSE(find<todo::wake>(at.machine.on_fenced()));
    at.told(at.machine.on_replayed(step(2)));
    CHECK(at.machine.state() == projection_state::standing_by);
    CHECK(at.report->replayed() == 1);
  }
  SECTION("a fault of the store") {
    parked_machine at;
    at.order();
    auto faulted = step(2);
    faulted.state = replay_outcome::status::faulted;
    faulted.error = "the disk is full";
    const auto next = at.told(at.machine.on_replayed(faulted));
    REQUIRE(find<todo::end>(next));
    CHECK(find<todo::end>(next)->why == todo::end::reason::store_fault);
    CHECK(at.refused().find("the disk is full") != std::string::npos);
    CHECK(at.report->replayed() == 1);
  }
  SECTION("a session that dies") {
    parked_machine at;
    at.order();
    CHECK(find<todo::end>(at.told(at.machine.on_job_lost("the session died"))));
    CHECK(at.refused().find("the session died") != std::string::npos);
  }
}

TEST_CASE("a replay whose handler comes back late goes on, or leaves the machine failed") {
  parked_machine at;
  REQUIRE(find<todo::replay>(at.order()));
  CHECK_FALSE(at.machine.on_overdue("too long").empty());
  CHECK(at.machine.state() == projection_state::failed);
  SECTION("with its event handled") {
    at.told(at.machine.on_replayed(step(2)));
    CHECK(at.machine.state() == projection_state::running);
  }
  SECTION("with a fault of the event") {
    const auto next = at.told(at.machine.on_replayed(failed(3)));
    CHECK(find<todo::wake>(next));
    CHECK(at.machine.state() == projection_state::failed);
    CHECK(at.machine.reason().find("too long; it came back with: ") == 0);
    REQUIRE(at.report);
    CHECK(at.report->keys.at(0).failed);
  }
  SECTION("with a statement that was ended from outside") {
    replay_outcome faulted;
    faulted.state = replay_outcome::status::faulted;
    faulted.error = "interrupted";
    const auto next = at.told(at.machine.on_replayed(faulted));
    CHECK_FALSE(find<todo::end>(next));
    CHECK(at.machine.state() == projection_state::failed);
    CHECK(at.refused().find("has failed") == 0);
  }
  CHECK_FALSE(at.machine.unrecoverable());
}

TEST_CASE("a machine that stops before an event replays nothing until somebody decides") {
  parked_machine at{seeing().retry({.attempts = 1}).on_give_up(give_up::stop)};
  REQUIRE(find<todo::apply>(at.give_page()));
  apply_outcome bad;
  bad.state = apply_outcome::status::faulted;
  bad.error = "bad";
  bad.culprit = &at.events->events[0];
  REQUIRE(find<todo::keep_failure>(at.machine.on_applied(bad)));
  CHECK(at.order().empty()); // it is being written down
  at.told(at.machine.on_failure_kept(commit_status::committed));
  CHECK(at.refused().find("stopped before") != std::string::npos);
  at.told(at.order());
  CHECK(at.refused().find("stopped before") != std::string::npos);
}

TEST_CASE("what a claim finds unfinished is replayed without being asked for") {
  claim_report report;
  report.unfinished = {{key_a, {}, true}};
  parked_machine at{seeing(), std::move(report)};
  REQUIRE(find<todo::replay>(at.claimed));
  CHECK(find<todo::replay>(at.claimed)->order->by == "waymark");
  (void)at.machine.pause("");
  CHECK_FALSE(find<todo::replay>(at.machine.on_replayed(step(2))));
  CHECK(find<todo::replay>(at.machine.resume())); // nobody waits for it: it was kept
}

TEST_CASE("a schedule goes on with the round that a letter has come to") {
  claim_report report;
  report.next_rounds = {{key_a, 2}};
  parked_machine at{seeing().retry_letters(rounds(3)), std::move(report)};
  const auto* planned = find<todo::retry_letters>(at.claimed);
  REQUIRE(planned);
  CHECK(planned->delay == std::chrono::minutes{2}); // the second of 1, 2, 4 … minutes
  auto next = at.machine.on_letters_due(planned->token);
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->order->round == 2);
  CHECK(find<todo::replay>(next)->order->by == "waymark, round 2 of 3");
  CHECK(at.machine.on_letters_due(planned->token).empty()); // once
  next = at.machine.on_replayed(failed(3, 3));
  planned = find<todo::retry_letters>(next);
  REQUIRE(planned);
  next = at.machine.on_letters_due(planned->token);
  CHECK(find<todo::replay>(next)->order->round == 3);
  CHECK_FALSE(find<todo::retry_letters>(at.machine.on_replayed(failed(3)))); // used up
}

TEST_CASE("a schedule goes on after a process has ended, but tries nothing twice") {
  claim_report ended;
  ended.next_rounds = {{key_a, 1}};
  ended.ended_owner = "process 17";
  parked_machine at{seeing().retry_letters(rounds(3)), ended};
  const auto before = *find<todo::retry_letters>(at.claimed);
  at.order(); // by hand, which fails too
  const auto next = at.machine.on_replayed(failed(3, 1));
  REQUIRE(find<todo::retry_letters>(next));
  CHECK(at.machine.on_letters_due(before.token).empty());
  CHECK(find<todo::replay>(at.machine.on_letters_due(find<todo::retry_letters>(next)->token)));
  CHECK(at.machine.on_replayed(step(0)).size() > 0);
  CHECK(at.machine.parked()->empty());
}

TEST_CASE("a round that is due while a projection is paused is put off") {
  claim_report report;
  report.next_rounds = {{key_a, 1}};
  parked_machine at{seeing().retry_letters(rounds(1)), std::move(report)};
  (void)at.machine.pause("lunch");
  const auto later = at.machine.on_letters_due(find<todo::retry_letters>(at.claimed)->token);
  REQUIRE(find<todo::retry_letters>(later));
  (void)at.machine.resume();
  const auto next = at.machine.on_letters_due(find<todo::retry_letters>(later)->token);
  REQUIRE(find<todo::replay>(next));
  CHECK(find<todo::replay>(next)->order->round == 1);
}

TEST_CASE("a letter's attempts tell the next round of its schedule") {
  dead_letter letter;
  CHECK_FALSE(next_round(letter, rounds(3)).has_value()); // nobody has tried it: a person's
  letter.attempts = {{timestamp{}, "live"}, {timestamp{}, "live"}};
  CHECK(next_round(letter, rounds(3)) == 1);
  CHECK_FALSE(next_round(letter, rounds(0)).has_value());
  letter.attempts.push_back({timestamp{}, "by schedule", 1});
  letter.attempts.push_back({timestamp{}, "by hand"});
  CHECK(next_round(letter, rounds(3)) == 2);
  letter.attempts.push_back({timestamp{}, "by schedule", 3});
  CHECK_FALSE(next_round(letter, rounds(3)).has_value());
  CHECK(next_round(letter, rounds(4)) == 4);
  letter.attempts.push_back({timestamp{}, "the process ended", left_to_a_person});
  CHECK_FALSE(next_round(letter, rounds(4)).has_value());
}

TEST_CASE("who stands because the whole projection is full goes on when another shard makes room") {
  auto lot = std::make_shared<parking_lot>(5, 2);
  lot->set(1, 2);
  manual_clock time;
  projection_machine machine{seeing().shards(2).park_limits({.per_projection = 5}).freeze(), 0,
                             {.time = &time, .lot = lot}};
  (void)machine.start();
  claim_report report;
  report.record.key = {"p", 0};
  report.record.epoch = 1;
  report.parked = std::make_shared<parked_set>(parked_set{{key_a, 3}});
  report.set_aside = {1, 1, 3};
  auto next = machine.on_claim(report);
  CHECK(lot->full());
  next = machine.on_page(made_page({"a"}), find<todo::fetch>(next)->token);
  REQUIRE(find<todo::apply>(next));
  apply_outcome none;
  none.overflow = "full";
  next = machine.on_applied(none);
  CHECK(machine.state() == projection_state::paused);
  REQUIRE(find<todo::wake>(next));
  next = machine.on_timer(find<todo::wake>(next)->token);
  REQUIRE(find<todo::wake>(next)); // still full
  CHECK(machine.state() == projection_state::paused);
  lot->set(1, 1);
  next = machine.on_timer(find<todo::wake>(next)->token);
  CHECK(machine.state() == projection_state::running);
  CHECK(find<todo::fetch>(next));

  // In the end it claims anew, in case somebody else has taken or reset it.
  lot->set(1, 2);
  next = machine.on_page(made_page({"a"}), find<todo::fetch>(next)->token);
  next = machine.on_applied(none);
  time.advance(std::chrono::minutes{6});
  CHECK(find<todo::claim>(machine.on_timer(find<todo::wake>(next)->token)));
}

TEST_CASE("an event that can't be parked stops the projection before it, with nothing done") {
  parked_machine at{seeing().retry({.attempts = 1})};
  REQUIRE(find<todo::apply>(at.give_page()));
  apply_outcome bad;
  bad.state = apply_outcome::status::faulted;
  bad.error = "bad";
  bad.culprit = &at.events->events[1];
  bad.passed = 1;
  REQUIRE(find<todo::give_up>(at.machine.on_applied(bad)));
  apply_outcome none;
  none.overflow = "full";
  (void)at.machine.on_given_up(none);
  CHECK(at.machine.state() == projection_state::paused);
  CHECK(at.machine.reason() == "full");
  CHECK(at.machine.passed() == 1);
  CHECK(at.machine.set_aside() == letter_counts{1, 1, 3});
  CHECK(find<todo::replay>(at.order())); // which makes room
  CHECK(find<todo::fetch>(at.machine.on_replayed(step(2))));
}

TEST_CASE("each attempt before a stop is kept, over resumes, and the last hundred of many") {
  parked_machine at{seeing().retry({.attempts = 1}).on_give_up(give_up::stop)};
  auto next = at.give_page();
  for (int i = 1; i <= 120; ++i) {
    REQUIRE(find<todo::apply>(next));
    apply_outcome bad;
    bad.state = apply_outcome::status::faulted;
    bad.error = "bad " + std::to_string(i);
    bad.culprit = &at.events->events[0];
    const auto kept = at.machine.on_applied(bad);
    REQUIRE(find<todo::keep_failure>(kept));
    const auto& why = find<todo::keep_failure>(kept)->why;
    CHECK(why.attempts == i);
    CHECK(why.error == bad.error);
    REQUIRE(why.tries.size() == static_cast<std::size_t>(std::min(i, 100)));
    CHECK(why.tries.back().error == bad.error);
    CHECK(why.tries.front().error == "bad " + std::to_string(std::max(1, i - 99)));
    (void)at.machine.on_failure_kept(commit_status::committed);
    next = at.machine.resume();
    REQUIRE(find<todo::fetch>(next));
    next = at.machine.on_page(at.events, find<todo::fetch>(next)->token);
  }
}

} // namespace waymark::test
