#include "tests/catch.hpp"
#include "tests/persistence/raw_sqlite.hpp"
#include "tests/supervisors/engine_fixture.hpp"
#include "tests/supervisors/sentence.hpp"
#include "tests/supervisors/undecodable_events.hpp"

using namespace waymark;
using namespace waymark::test;

namespace {

/// Notes each order's id as it is handled; days called "poison" fail while `poisonous` is set.
struct letters_fixture : engine_fixture {
  std::shared_ptr<std::atomic<bool>> poisonous = poison();
  std::unique_ptr<engine> it;

  void start(projection what) {
    it = std::make_unique<engine>(open_file(), options());
    it->start(std::move(what));
  }
  void start() { start(delicate_revenue(poisonous)); }
  appended place(const std::string& id, const std::string& day, std::int64_t cents = 1) {
    return it->append(order(id, day, cents));
  }
  wait_result wait(const appended& token) { return it->wait_until("revenue", token, patience); }
  /// A poisonous order of `id` and `behind` more of the same id.
  std::int64_t park(const std::string& id, int behind) {
    appended last = place(id, "poison");
    for (int i = 0; i < behind; ++i)
      last = place(id, "monday");
    REQUIRE(wait(last) != wait_result::stopped);
    return it->dead_letters().back().id;
  }
};

} // namespace

TEST_CASE("a retry handles the letter's event and what is parked behind it") {
  letters_fixture test;
  test.start();
  const auto id = test.park("a", 3);
  CHECK(cents_of(*test.it) == 0);
  const auto before = test.it->letter(id);
  REQUIRE(before);
  CHECK(before->parked);
  CHECK(before->waiting == 3);
  test.poisonous->store(false);
  const auto report = test.it->retry({.id = id}, {.by = "anna"});
  CHECK(report.complete());
  CHECK(report.replayed() == 4);
  CHECK(report.remaining() == 0);
  CHECK(cents_of(*test.it) == 4);
  CHECK(test.it->dead_letters().empty());
  CHECK(test.it->status("revenue").set_aside == letter_counts{});
  CHECK(test.wait(test.place("a", "monday")) == wait_result::reached); // the key is live
  CHECK(cents_of(*test.it) == 5);
  const auto settled = test.it->settled_letters();
  REQUIRE(settled.size() == 1);
  CHECK(settled[0].letter_id == id);
  CHECK(settled[0].how.by == "anna");
  CHECK(settled[0].how.verb == settle_verb::retry);
  CHECK(test.lines.count("asked for by anna: 4 events handled again") == 1);
}

TEST_CASE("a retry that fails again keeps the attempt, and the rest stays parked") {
  letters_fixture test;
  test.start();
  const auto id = test.park("a", 2);
  const auto report = test.it->retry({.id = id});
  REQUIRE(report.keys.size() == 1);
  REQUIRE(report.keys[0].failed);
  CHECK(report.keys[0].failed->error == "can't stand poison");
  CHECK(report.remaining() == 3);
  CHECK(test.it->letter(id)->letter.attempts.size() == 3);
  CHECK(test.it->status("revenue").set_aside == letter_counts{1, 1, 3});
  CHECK(cents_of(*test.it) == 0);
}

TEST_CASE("a later event that fails in a retry becomes a letter of its own") {
  letters_fixture test;
  test.start();
  const auto id = test.park("a", 1);
  CHECK(test.wait(test.place("a", "poison")) == wait_result::parked);
  CHECK(test.wait(test.place("a", "monday")) == wait_result::parked);
  const auto report = test.it->discard({.id = id});
  CHECK(report.discarded() == 1);
  CHECK(report.replayed() == 1);
  REQUIRE(report.keys.at(0).failed);
  CHECK(report.keys[0].failed->position == 3);
  CHECK(report.remaining() == 2);
  const auto letters = test.it->dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].position == 3);
  CHECK(letters[0].attempts.size() == 1);
  CHECK(cents_of(*test.it) == 1);
  CHECK(test.it->settled_letters().at(0).how.verb == settle_verb::discard);
}

TEST_CASE("letters are chosen by key, by projection, by filter, or all") {
  letters_fixture test;
  test.start();
  test.park("a", 0);
  test.park("b", 0);
  test.park("c", 0);
  CHECK_THROWS_AS(test.it->retry({}), usage_error);
  CHECK_THROWS_AS(test.it->retry({.error_contains = ""}), usage_error);
  CHECK_THROWS_AS(test.it->retry({.id = 99}), usage_error);
  CHECK_THROWS_AS(test.it->retry({.projection = "nobody"}), usage_error);
  test.poisonous->store(false);
  CHECK(test.it->retry({.error_contains = "no such text"}).keys.empty());
  CHECK(test.it->retry({.event_type = "Other"}).keys.empty());
  CHECK(test.it->retry({.sequence_key = "Order/b"}).replayed() == 1);
  CHECK(test.it->retry({.error_contains = "stand"}, {.dry_run = true}).replayed() == 2);
  CHECK(cents_of(*test.it) == 1);
  CHECK(test.it->retry({.projection = "revenue"}).replayed() == 2);
  CHECK(test.it->retry({.all = true}).keys.empty());
  CHECK(cents_of(*test.it) == 3);
}

TEST_CASE("a dry run changes nothing and says what would happen") {
  letters_fixture test;
  test.start();
  const auto id = test.park("a", 2);
  const auto fails = test.it->retry({.id = id}, {.dry_run = true});
  CHECK(fails.dry_run);
  CHECK(fails.handlers_called);
  CHECK(fails.keys.at(0).failed);
  CHECK(fails.remaining() == 3);
  CHECK(test.it->letter(id)->letter.attempts.size() == 2);
  test.poisonous->store(false);
  const auto works = test.it->retry({.id = id}, {.dry_run = true});
  CHECK(works.complete());
  CHECK(works.replayed() == 3);
  CHECK(works.remaining() == 0);
  const auto drops = test.it->discard({.id = id}, {.dry_run = true});
  CHECK(drops.discarded() == 1);
  CHECK(drops.replayed() == 2);
  CHECK(cents_of(*test.it) == 0);
  CHECK(test.it->status("revenue").set_aside == letter_counts{1, 1, 3});
  CHECK(test.it->dead_letters().size() == 1);
  CHECK(test.it->settled_letters().empty());
}

TEST_CASE("a letter of skip_event is retried alone") {
  letters_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::skip_event));
  const auto id = test.park("a", 2);
  CHECK(cents_of(*test.it) == 2);
  CHECK_FALSE(test.it->letter(id)->parked);
  test.poisonous->store(false);
  CHECK(test.it->retry({.id = id}).replayed() == 1);
  CHECK(cents_of(*test.it) == 3);
  CHECK(test.it->dead_letters().empty());
}

TEST_CASE("a letter of before a reset is history") {
  letters_fixture test;
  test.start();
  const auto id = test.park("a", 0);
  test.poisonous->store(false);
  test.it->reset("revenue");
  REQUIRE(test.it->wait_until_caught_up("revenue", patience) == wait_result::reached);
  CHECK_FALSE(test.it->letter(id)->current);
  CHECK_THROWS_AS(test.it->retry({.id = id}), usage_error);
  CHECK_THROWS_AS(test.it->discard({.id = id}), usage_error);
  CHECK(test.it->retry({.projection = "revenue"}).keys.empty());
  CHECK(cents_of(*test.it) == 1);
}

TEST_CASE("what stands can't settle letters, and says so") {
  letters_fixture test;
  test.start();
  const auto id = test.park("a", 0);
  test.it->pause("revenue", {.why = "for lunch"});
  const auto paused = test.it->retry({.id = id});
  CHECK_FALSE(paused.complete());
  CHECK(paused.keys.at(0).refused.find("for lunch") != std::string::npos);
  test.it->resume("revenue");
  test.poisonous->store(false);
  CHECK(test.it->retry({.id = id}).complete());
}

TEST_CASE("a new version retries by itself what the old one has parked") {
  letters_fixture test;
  test.start();
  test.park("a", 2);
  test.it.reset();
  test.start(); // the same version does not
  CHECK(eventually([&] { return test.it->status("revenue").set_aside.letters == 1; }));
  CHECK(cents_of(*test.it) == 0);
  test.it.reset();
  test.poisonous->store(false);
  test.start(delicate_revenue(test.poisonous).version(2));
  REQUIRE(eventually([&] { return cents_of(*test.it) == 3; }));
  CHECK(eventually([&] { return test.it->status("revenue").set_aside == letter_counts{}; }));
  CHECK(test.it->settled_letters().at(0).how.by == "waymark");
}

TEST_CASE("letters are retried on a schedule, so many rounds, also over restarts") {
  letters_fixture test;
  letter_retry_policy policy;
  policy.backoff = at_once();
  policy.rounds = 3;
  test.start(delicate_revenue(test.poisonous).retry_letters(policy));
  const auto id = test.park("a", 1);
  const auto attempts = [&] { return test.it->letter(id)->letter.attempts; };
  REQUIRE(eventually([&] { return attempts().size() == 5; }));
  CHECK_FALSE(eventually([&] { return attempts().size() > 5; }, 100ms));
  CHECK(attempts().back().round == 3);
  test.it.reset();
  test.start(delicate_revenue(test.poisonous).retry_letters(policy));
  CHECK_FALSE(eventually([&] { return attempts().size() > 5; }, 200ms));
  // By hand it may be tried as often as one likes, and is no round.
  static_cast<void>(test.it->retry({.id = id}));
  CHECK(attempts().back().round == 0);
  policy.rounds = 4;
  test.it.reset();
  test.start(delicate_revenue(test.poisonous).retry_letters(policy));
  REQUIRE(eventually([&] { return attempts().size() == 7; }));
  CHECK(attempts().back().round == 4);
  CHECK_FALSE(eventually([&] { return attempts().size() > 7; }, 100ms));
  policy.rounds = 5;
  test.it.reset();
  test.poisonous->store(false);
  test.start(delicate_revenue(test.poisonous).retry_letters(policy));
  CHECK(eventually([&] { return cents_of(*test.it) == 2; }));
}

TEST_CASE("a key that is full pauses the projection before the event, and a retry frees it") {
  letters_fixture test;
  test.start(delicate_revenue(test.poisonous).park_limits({.per_key = 3}));
  const auto id = test.park("a", 2);
  const auto last = test.place("a", "monday");
  const auto other = test.place("b", "monday");
  const auto paused = [&] {
    return test.it->status("revenue").state == projection_state::paused;
  };
  REQUIRE(eventually(paused));
  CHECK(test.it->status("revenue").passed == 3);
  test.it->resume("revenue");
  REQUIRE(eventually([&] { return test.lines.count("goes on: resumed") == 1; }));
  REQUIRE(eventually(paused)); // nothing has changed
  test.poisonous->store(false);
  const auto replayed = test.it->retry({.id = id}).replayed();
  CHECK(replayed >= 3);
  CHECK(replayed <= 4); // if there is room for another before the last is handled
  CHECK(test.wait(last) == wait_result::reached);
  CHECK(test.wait(other) == wait_result::reached);
  CHECK(cents_of(*test.it) == 5);
}

TEST_CASE("a projection that is full pauses before the event that it would give up") {
  letters_fixture test;
  test.start(delicate_revenue(test.poisonous).park_limits({.per_projection = 2}));
  test.park("a", 1);
  test.place("b", "poison");
  REQUIRE(eventually([&] {
    return test.it->status("revenue").state == projection_state::paused;
  }));
  CHECK(test.it->dead_letters().size() == 1);
  CHECK(test.it->status("revenue").passed == 2);
  // Which makes room for the one that waits.
  static_cast<void>(test.it->discard({.projection = "revenue"}));
  REQUIRE(eventually([&] { return test.it->dead_letters().size() == 1; }));
  CHECK(eventually([&] { return test.it->status("revenue").passed == 3; }));
  CHECK(test.it->dead_letters().at(0).position == 3);
}

TEST_CASE("the limit of a projection is that of all its shards together") {
  letters_fixture test;
  auto retry = tries(1);
  retry.give_ups_in_a_row = 1'000;
  const auto sharded = [&] {
    return delicate_revenue(test.poisonous)
        .retry(retry)
        .shards(4)
        .park_limits({.per_key = 100, .per_projection = 6});
  };
  const auto set_aside = [&] { return test.it->status("revenue").set_aside; };
  const auto parked = [&] { return set_aside().parked_events; };
  test.start(sharded());
  test.park("a", 5); // one shard alone may have it all
  CHECK(parked() == 6);
  for (int i = 0; i < 40; ++i)
    for (const auto* day : {"poison", "monday", "monday"})
      test.place("o-" + std::to_string(i), day);
  CHECK_FALSE(eventually([&] { return parked() != 6; }, 100ms));
  CHECK(set_aside().letters == 1);

  // Room for six others; who gets it is open, but they are never more than six.
  static_cast<void>(test.it->discard({.sequence_key = "Order/a"}));
  REQUIRE(eventually([&] { return set_aside().letters > 1 && parked() == 6; }));
  CHECK_FALSE(eventually([&] { return parked() > 6; }, 100ms));
  test.it.reset();
  test.start(sharded()); // what others have parked is known before one's own events
  CHECK_FALSE(eventually([&] { return parked() > 6; }, 200ms));
  CHECK(eventually([&] { return parked() == 6; }));
  test.poisonous->store(false);
  static_cast<void>(test.it->retry({.projection = "revenue"}));
  REQUIRE(test.it->wait_until_caught_up("revenue", patience) == wait_result::reached);
  CHECK(test.it->retry({.projection = "revenue"}).complete());
  CHECK(cents_of(*test.it) == 5 + 120);
  CHECK(set_aside() == letter_counts{});
}

TEST_CASE("what can't be decoded is a letter with its raw data") {
  letters_fixture test;
  test.start();
  append_command broken;
  broken.stream = {"Order", "a"};
  broken.events.push_back(json_event("OrderPlaced", R"({"day": 5, "more": "\u00e9"})"));
  CHECK(test.wait(test.it->append(broken)) == wait_result::parked);
  const auto letters = test.it->dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].subject.data.text() == R"({"day": 5, "more": "\u00e9"})");
  const auto report = test.it->retry({.id = letters[0].id});
  CHECK(report.keys.at(0).failed);
  CHECK(test.it->discard({.id = letters[0].id}).complete());
}

TEST_CASE("events that a broken upcaster can't lift, in memory and in a file") {
  const temporary_folder folder;
  SECTION("memory") { undecodable_events_are_kept([] { return open("memory:"); }); }
  SECTION("SQLite") { undecodable_events_are_kept([&] { return open(folder.address()); }); }
}

TEST_CASE("a row of the log that is no JSON") {
  const temporary_folder folder;
  broken_rows_are_kept([&] { return open(folder.address()); },
                       [&](const std::string& literal) {
                         raw_sqlite{folder.file()}.execute(
                             "UPDATE waymark_events SET data = " + literal + " WHERE position = 1");
                       });
}

TEST_CASE("letters of a state in memory and of outside effects are retried too") {
  letters_fixture test;
  test.it = std::make_unique<engine>(test.open_file(), test.options());
  auto& it = *test.it;
  auto seen = std::make_shared<std::atomic<int>>(0);
  const auto fails = [bad = test.poisonous](const shop::order_placed& e) {
    if (e.day == "poison" && bad->load())
      throw std::runtime_error{"no"};
  };
  it.start(projection::in_memory<int>("memory")
               .on<shop::order_placed>([fails](int& count, const shop::order_placed& e) {
                 fails(e);
                 ++count;
               })
               .retry(tries(1)));
  it.start(projection::at_least_once("outside")
               .on<shop::order_placed>([fails, seen](const shop::order_placed& e) {
                 fails(e);
                 ++*seen;
               })
               .retry(tries(1)));
  it.append(order("a", "poison", 1));
  const auto last = it.append(order("a", "monday", 1));
  CHECK(it.wait_until("memory", last, patience) == wait_result::parked);
  CHECK(it.wait_until("outside", last, patience) == wait_result::parked);
  test.poisonous->store(false);
  const auto dry = it.retry({.all = true}, {.dry_run = true});
  CHECK_FALSE(dry.handlers_called);
  CHECK(dry.replayed() == 4);
  CHECK(seen->load() == 0);
  CHECK(it.retry({.all = true}).replayed() == 4);
  CHECK(seen->load() == 2);
  CHECK(it.read<int>("memory", [](int count) { return count; }) == 2);
  CHECK(it.dead_letters().empty());
}

TEST_CASE("a key that is shown as another one too is not guessed") {
  letters_fixture test;
  test.start();
  for (const auto& [type, id] : {std::pair{"Order/b", "c"}, std::pair{"Order", "b/c"}}) {
    auto command = order("", "poison", 1);
    command.stream = {type, id};
    CHECK(test.wait(test.it->append(std::move(command))) == wait_result::parked);
  }
  const auto letters = test.it->dead_letters();
  REQUIRE(letters.size() == 2);
  CHECK_THROWS_AS(test.it->discard({.sequence_key = "Order/b/c"}), usage_error);
  CHECK(test.it->dead_letters().size() == 2);
  CHECK(test.it->discard({.sequence_key = letters[0].sequence_key}).complete());
  CHECK(test.it->discard({.sequence_key = "Order/b/c"}).complete()); // the only one now
  CHECK(test.it->dead_letters().empty());
}

namespace {

/// Orders whose handler fails as long as `failing`, and then takes `each` for an event.
projection slow_when_mended(std::shared_ptr<std::atomic<bool>> failing,
                            std::chrono::milliseconds each) {
  return shop::revenue_tables()
      .on<shop::order_placed>([=](read_model& db, const shop::order_placed& e) {
        if (failing->load())
          throw std::runtime_error{"not yet"};
        std::this_thread::sleep_for(each);
        db.execute(shop::add_to_day, e.day, e.cents);
      })
      .batch({.max_transaction = 1ms})
      .retry(tries(1));
}

} // namespace

TEST_CASE("the rest of a key whose retry a pause has interrupted follows after the resume") {
  letters_fixture test;
  test.start(slow_when_mended(test.poisonous, 30ms));
  const auto id = test.park("a", 100);
  test.poisonous->store(false);
  settle_report report;
  std::thread caller{[&] { report = test.it->retry({.id = id}, {.by = "anna"}); }};
  CHECK(explains(*test.it, "revenue",
                 "projection \"revenue\" is handling letters of 1 key again, asked for by anna, at "
                 "position 101; 1 key is parked with {n} event{library}"));
  REQUIRE(eventually([&] { return cents_of(*test.it) > 0; }));
  test.it->pause("revenue", {.why = "lunch"});
  caller.join();
  CHECK(report.keys.at(0).refused.find("the rest of the key follows") != std::string::npos);
  CHECK(report.remaining() > 0);
  CHECK(test.it->dead_letters().empty()); // so nobody would find it
  test.it->resume("revenue");
  CHECK(eventually([&] { return test.it->status("revenue").set_aside == letter_counts{}; }));
  CHECK(cents_of(*test.it) == 101);
}

TEST_CASE("a dry run of many events ends after the time of a transaction") {
  letters_fixture test;
  test.start(slow_when_mended(test.poisonous, 5ms));
  const auto id = test.park("a", 100);
  test.poisonous->store(false);
  const auto report = test.it->retry({.id = id}, {.dry_run = true});
  REQUIRE(report.keys.size() == 1);
  CHECK(report.keys[0].replayed == 1); // .max_transaction is 1 ms
  CHECK(report.keys[0].untried == 100);
  CHECK(report.keys[0].remaining == 100);
  CHECK_FALSE(report.keys[0].failed);
  CHECK(test.it->status("revenue").set_aside == letter_counts{1, 1, 101});
}
