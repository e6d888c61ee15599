#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"

using namespace waymark;
using namespace waymark::test;

namespace {

struct give_up_fixture : engine_fixture {
  std::shared_ptr<std::atomic<bool>> poisonous = poison();
  std::unique_ptr<engine> it;

  void start(projection what) {
    it = std::make_unique<engine>(open_file(), options());
    it->start(std::move(what));
  }
  appended place(const std::string& id, const std::string& day) {
    return it->append(order(id, day, 1));
  }
  wait_result wait(const appended& token) { return it->wait_until("revenue", token, patience); }
  bool comes_to(projection_state state) {
    return eventually([&] { return it->status("revenue").state == state; });
  }
};

} // namespace

TEST_CASE("park_key: the key's later events wait, other keys go on") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous));
  const auto bad = test.place("a", "poison");
  const auto behind = test.place("a", "monday");
  const auto other = test.place("b", "monday");
  CHECK(test.wait(other) == wait_result::reached);
  CHECK(test.wait(bad) == wait_result::parked);
  CHECK(test.wait(behind) == wait_result::parked);
  CHECK(test.it->wait_until("revenue", bad.last_position, patience) == wait_result::parked);
  CHECK(test.it->wait_until("revenue", other.last_position, patience) == wait_result::reached);
  CHECK(test.it->wait_until_caught_up("revenue", patience) == wait_result::reached);
  CHECK(cents_of(*test.it) == 1);
  const auto letters = test.it->dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].position == bad.first_position);
  CHECK(letters[0].attempts.size() == 2);
  CHECK(letters[0].error == "can't stand poison");
  CHECK(test.it->health("revenue").state == health::level::degraded);
  CHECK(test.it->status("revenue").set_aside == letter_counts{1, 1, 2});
  CHECK(eventually([&] {
    return test.lines.count("letter revenue: a letter for the event at position 1: can't stand "
                            "poison (1 since the start)") == 1;
  }));
}

TEST_CASE("a retry, a give-up and a letter are one line each") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous));
  CHECK(test.wait(test.place("a", "poison")) == wait_result::parked);
  CHECK(test.wait(test.place("b", "monday")) == wait_result::reached);
  CHECK(eventually([&] { return test.lines.count(" letter revenue: ") > 0; }));
  test.it.reset();
  CHECK(test.lines.count(" letter revenue: ") == 1);
  CHECK(test.lines.count("warning retry revenue: ") == 1);
  CHECK(test.lines.count("error give_up revenue: ") == 1);
  for (const auto& line : test.lines.all()) {
    CAPTURE(line);
    if (line.find(" retry revenue: ") != std::string::npos) {
      CHECK(line.find("OrderPlaced") != std::string::npos);
      CHECK(line.find("has failed 1 of 2 times: can't stand poison") != std::string::npos);
    }
    if (line.find(" give_up revenue: ") != std::string::npos)
      CHECK(line.find("given up after 2 attempts: can't stand poison; its key is parked") !=
            std::string::npos);
  }
}

TEST_CASE("park_key: what is parked stays so over a restart of the engine") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous));
  CHECK(test.wait(test.place("a", "poison")) == wait_result::parked);
  test.it.reset();
  test.start(delicate_revenue(test.poisonous));
  CHECK(test.wait(test.place("a", "monday")) == wait_result::parked);
  CHECK(test.wait(test.place("b", "monday")) == wait_result::reached);
  CHECK(cents_of(*test.it) == 1);
}

TEST_CASE("a token of many events is parked if any of them is, however late it stands") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous));
  append_command many;
  many.stream = {"Order", "long"};
  for (int i = 0; i < 2'500; ++i)
    many.events.push_back(typed_event(shop::order_placed{i == 2'400 ? "poison" : "monday", 1}));
  CHECK(test.wait(test.it->append(std::move(many))) == wait_result::parked);
}

TEST_CASE("skip_event: the key goes on") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::skip_event));
  const auto bad = test.place("a", "poison");
  CHECK(test.wait(test.place("a", "monday")) == wait_result::reached);
  CHECK(test.wait(bad) == wait_result::parked); // its own effects are not there
  CHECK(cents_of(*test.it) == 1);
  CHECK(test.it->dead_letters().size() == 1);
}

TEST_CASE("stop: nothing is passed until an operator resumes") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop));
  test.place("a", "monday");
  const auto bad = test.place("a", "poison");
  CHECK(test.wait(bad) == wait_result::stopped);
  CHECK(test.it->explain("revenue").find("can't stand poison") != std::string::npos);
  CHECK(test.it->dead_letters().empty());
  CHECK(test.it->health("revenue").state == health::level::unhealthy);
  test.poisonous->store(false);
  test.it->resume("revenue");
  CHECK(test.wait(bad) == wait_result::reached);
  CHECK(cents_of(*test.it) == 2);
  CHECK_THROWS_AS(test.it->discard_event("revenue"), usage_error);
}

TEST_CASE("stop: an operator discards, event by event, and each gets its letter") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop));
  const auto first = test.place("a", "poison");
  const auto second = test.place("b", "poison");
  const auto last = test.place("a", "monday");
  CHECK(test.wait(first) == wait_result::stopped);
  test.it->discard_event("revenue");
  REQUIRE(eventually([&] { return test.it->dead_letters().size() == 1; }));
  CHECK(test.wait(second) == wait_result::stopped);
  test.it->discard_event("revenue");
  CHECK(test.wait(last) == wait_result::reached);
  const auto letters = test.it->dead_letters();
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].position == first.first_position);
  CHECK(letters[1].position == second.first_position);
  CHECK(cents_of(*test.it) == 1);
}

TEST_CASE("stop: a pause does not hide it, and the event can be discarded") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop));
  const auto bad = test.place("a", "poison");
  const auto last = test.place("b", "monday");
  REQUIRE(test.wait(bad) == wait_result::stopped);
  test.it->pause("revenue", {.by = "anna", .why = "lunch"});
  CHECK(test.wait(bad) == wait_result::stopped);
  CHECK(test.it->health("revenue").state == health::level::unhealthy);
  CHECK(test.it->explain("revenue").ends_with(
      "can't stand poison; resume or discard it; it is also paused by anna: lunch"));
  test.it->discard_event("revenue");
  CHECK(test.it->status("revenue").state == projection_state::paused);
  CHECK(test.it->dead_letters().empty());
  test.it->resume("revenue");
  CHECK(test.wait(last) == wait_result::reached);
  CHECK(test.it->dead_letters().size() == 1);
}

TEST_CASE("stop: a discard that comes after a resume is refused") {
  open_engine test;
  test.start();
  REQUIRE(test.comes_to(projection_state::running));
  projection_command late;
  late.what = projection_command::kind::discard;
  late.position = 1; // where it stood when somebody looked
  CHECK_THROWS_WITH(test.actors->command({"revenue", 0}, late),
                    "projection \"revenue\": it does not stand before the event at position 1 any "
                    "more: nothing was discarded");
  CHECK(test.actors->stop(patience));
}

TEST_CASE("stop: after a resume that helped, discard means the next event that stops it") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop));
  const auto first = test.place("a", "poison");
  CHECK(test.wait(first) == wait_result::stopped);
  test.it.reset(); // the failure now comes from the row
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop));
  REQUIRE(test.comes_to(projection_state::stopped));
  test.poisonous->store(false);
  test.it->resume("revenue");
  CHECK(test.wait(first) == wait_result::reached);
  test.poisonous->store(true);
  const auto second = test.place("a", "poison");
  CHECK(test.wait(second) == wait_result::stopped);
  test.it->discard_event("revenue");
  REQUIRE(eventually([&] { return test.it->status("revenue").passed >= second.last_position; }));
  const auto letters = test.it->dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].position == second.first_position);
}

TEST_CASE("stop: each attempt's time and text outlive the engine, and stand in the letter") {
  give_up_fixture test;
  auto count = std::make_shared<std::atomic<int>>(0);
  const auto start = [&] {
    test.start(shop::revenue_tables()
                   .on<shop::order_placed>([count](read_model&, const shop::order_placed&) {
                     throw std::runtime_error{"failure " + std::to_string(++*count)};
                   })
                   .on_give_up(give_up::stop)
                   .retry(tries(2)));
  };
  start();
  CHECK(test.wait(test.place("a", "monday")) == wait_result::stopped);
  test.it.reset();
  start();
  REQUIRE(test.comes_to(projection_state::stopped));
  CHECK(test.it->checkpoint("revenue")->failure->tries.size() == 2);
  test.it->resume("revenue"); // fails twice more
  REQUIRE(eventually([&] { return test.it->checkpoint("revenue")->failure->attempts == 4; }));
  test.it.reset();
  start();
  REQUIRE(test.comes_to(projection_state::stopped));
  test.it->discard_event("revenue", {}, {.by = "anna", .why = "a typo"});
  REQUIRE(eventually([&] { return test.it->dead_letters().size() == 1; }));
  const auto letter = test.it->dead_letters().at(0);
  CHECK(letter.error == "failure 4; discarded by anna: a typo");
  REQUIRE(letter.attempts.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(letter.attempts[i].error == "failure " + std::to_string(i + 1));
    CHECK(letter.attempts[i].at > timestamp{});
    CHECK((i == 0 || letter.attempts[i - 1].at <= letter.attempts[i].at));
  }
}

TEST_CASE("stop: the failure outlives the engine, also where nobody wanted what came before") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop));
  append_command nobodys;
  nobodys.stream = {"Other", "x"};
  nobodys.events.push_back(json_event("Nobody", "{}"));
  test.it->append(nobodys);
  CHECK(test.wait(test.place("a", "poison")) == wait_result::stopped);
  // Several rounds of saving what was passed must not take the failure away.
  const auto forgotten = [&] { return !test.it->checkpoint("revenue")->failure; };
  CHECK_FALSE(eventually(forgotten, 300ms));
  test.it.reset();
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop));
  REQUIRE(test.comes_to(projection_state::stopped));
  test.it->discard_event("revenue");
  CHECK(eventually([&] { return test.it->dead_letters().size() == 1; }));
}

TEST_CASE("stop: however many events an operator discards, each stops it, and none fails it") {
  give_up_fixture test;
  auto retry = tries(1);
  retry.give_ups_in_a_row = 2;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::stop).retry(retry));
  for (int i = 0; i < 3; ++i) {
    const auto bad = test.place("o-" + std::to_string(i), "poison");
    CHECK(test.wait(bad) == wait_result::stopped);
    CHECK(test.it->status("revenue").state == projection_state::stopped);
    test.it->discard_event("revenue", bad.last_position);
    REQUIRE(eventually([&] { return test.it->status("revenue").passed >= bad.last_position; }));
  }
}

TEST_CASE("ten events given up in a row are the projection's fault") {
  give_up_fixture test;
  test.start(delicate_revenue(test.poisonous).on_give_up(give_up::skip_event));
  for (int i = 0; i < 12; ++i)
    test.place("o-" + std::to_string(i), "poison");
  REQUIRE(test.comes_to(projection_state::failed));
  CHECK(test.it->dead_letters().size() == 9);
  CHECK(test.it->status("revenue").passed == 9);
  CHECK(test.wait({10, 10, 1, false}) == wait_result::stopped);
  test.poisonous->store(false);
  test.it->resume("revenue");
  CHECK(test.wait({12, 12, 1, false}) == wait_result::reached);
  CHECK(cents_of(*test.it) == 3);
}

TEST_CASE("an error that is not worth a retry is given up at once") {
  give_up_fixture test;
  auto policy = tries(5);
  policy.retry_if = [](const std::string& text) { return text != "can't stand poison"; };
  test.start(delicate_revenue(test.poisonous).retry(policy));
  CHECK(test.wait(test.place("a", "poison")) == wait_result::parked);
  CHECK(test.it->dead_letters().at(0).attempts.size() == 1);
}

TEST_CASE("a filter of retries that throws does not end in silence") {
  give_up_fixture test;
  auto policy = tries(5);
  policy.retry_if = [](const std::string&) -> bool { throw std::runtime_error{"no opinion"}; };
  test.start(delicate_revenue(test.poisonous).retry(policy));
  CHECK(test.wait(test.place("a", "poison")) == wait_result::stopped);
  CHECK(test.it->explain("revenue").find("no opinion") != std::string::npos);
}

TEST_CASE("what is thrown need not be a std::exception") {
  give_up_fixture test;
  test.start(shop::revenue_tables()
                 .on<shop::order_placed>([](read_model& db, const shop::order_placed& e) {
                   if (e.day == "poison")
                     throw 42;
                   db.execute(shop::add_to_day, e.day, e.cents);
                 })
                 .retry(tries(2)));
  CHECK(test.wait(test.place("a", "poison")) == wait_result::parked);
  CHECK(test.wait(test.place("b", "monday")) == wait_result::reached);
}

TEST_CASE("an event without a key stops the projection, whatever the rule throws") {
  give_up_fixture test;
  test.start(shop::revenue()
                 .sequence_by("thrower",
                              [](const event& e) -> std::string {
                                if (e.aggregate_id == "bad")
                                  throw 42;
                                return e.aggregate_id;
                              })
                 .retry(tries(2)));
  test.place("a", "monday");
  const auto bad = test.place("bad", "monday");
  CHECK(test.wait(bad) == wait_result::stopped);
  test.it->discard_event("revenue");
  CHECK(test.wait(test.place("b", "monday")) == wait_result::reached);
  CHECK(test.wait(bad) == wait_result::parked);
  CHECK(cents_of(*test.it) == 2);
}

TEST_CASE("a batch handler that fails is halved until the event to blame is found") {
  give_up_fixture test;
  test.start(
      shop::revenue_tables()
          .on_batch<shop::order_placed>([](read_model& db, batch_of<shop::order_placed> batch) {
            for (const auto& e : batch)
              if (e.data.day == "poison")
                throw std::runtime_error{"a batch with poison"};
            for (const auto& e : batch)
              db.execute(shop::add_to_day, e.data.day, e.data.cents);
          })
          .retry(tries(2)));
  std::vector<append_command> commands;
  for (int i = 0; i < 200; ++i)
    commands.push_back(order("o-" + std::to_string(i), i % 50 == 17 ? "poison" : "monday", 1));
  const auto last = test.it->append_all(std::move(commands)).back().value_or_throw();
  CHECK(test.wait(last) == wait_result::reached);
  CHECK(cents_of(*test.it) == 196);
  const auto letters = test.it->dead_letters();
  REQUIRE(letters.size() == 4);
  CHECK(letters[0].position == 18);
}

TEST_CASE("unhandled(error) gives up what no handler takes; warn says so once") {
  give_up_fixture test;
  test.start(
      shop::revenue().unhandled(unhandled::error).on_give_up(give_up::skip_event).retry(tries(1)));
  test.it->start(projection{"warner"}
                     .on<shop::order_placed>([](read_model&, const shop::order_placed&) {})
                     .unhandled(unhandled::warn));
  append_command strange;
  strange.stream = {"Order", "s"};
  strange.events.push_back(json_event("Strange", "{}"));
  strange.events.push_back(json_event("Strange", "{}"));
  const auto token = test.it->append(strange);
  CHECK(test.wait(token) == wait_result::parked);
  CHECK(test.it->wait_until("warner", token, patience) == wait_result::reached);
  CHECK(test.it->dead_letters().size() == 2);
  CHECK(test.lines.count("has no handler for \"Strange\"") == 1);
}
