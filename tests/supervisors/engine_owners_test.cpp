#include "tests/catch.hpp"
#include "tests/supervisors/open_engine.hpp"

#include <future>
#include <thread>

using namespace waymark;
using namespace waymark::test;

TEST_CASE("two engines of one process are two owners: one works, the other stands by") {
  engine_fixture test;
  const auto file = test.open_file();
  auto first = std::make_unique<engine>(file, test.options());
  first->start(shop::revenue());
  REQUIRE(first->wait_until("revenue", place_orders(*first, 10), patience) == wait_result::reached);
  engine second{file, test.options()};
  second.start(shop::revenue());
  REQUIRE(
      eventually([&] { return second.status("revenue").state == projection_state::standing_by; }));
  const auto epoch = first->checkpoint("revenue")->epoch;
  const auto token = place_orders(second, 10, "p-");
  CHECK(first->wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(second.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(first->checkpoint("revenue")->epoch == epoch); // nobody took it from the other
  CHECK(second.lag("revenue").events == 0);
  first.reset();
  CHECK(second.wait_until("revenue", place_orders(second, 10, "q-"), patience) ==
        wait_result::reached);
  CHECK(second.status("revenue").state == projection_state::running);
  CHECK(cents_of(second) == 30);
}

TEST_CASE("who stands by knows what the owner has set aside") {
  engine_fixture test;
  const auto file = test.open_file();
  engine owner{file, test.options()};
  owner.start(delicate_revenue(poison()));
  REQUIRE(eventually([&] { return owner.status("revenue").state == projection_state::running; }));
  engine second{file, test.options()};
  second.start(delicate_revenue(poison()));
  REQUIRE(
      eventually([&] { return second.status("revenue").state == projection_state::standing_by; }));
  const auto given_up =
      owner.append("o-1", any_version, shop::order_placed{"poison", 1});
  const auto behind = owner.append("o-1", any_version, shop::order_placed{"monday", 1});
  const auto fine = owner.append("o-2", any_version, shop::order_placed{"monday", 1});
  CHECK(second.wait_until("revenue", given_up, patience) == wait_result::parked);
  CHECK(second.wait_until("revenue", behind, patience) == wait_result::parked);
  CHECK(second.wait_until("revenue", fine, patience) == wait_result::reached);
  CHECK(second.explain("revenue").find("1 key is parked with 2 events") != std::string::npos);
}

TEST_CASE("who stands by takes over later, also when a reset of it has failed meanwhile") {
  engine_fixture test;
  const auto file = test.open_file();
  const auto held = std::make_shared<turnstile>();
  auto first = std::make_unique<engine>(file, test.options());
  first->start(shop::revenue_tables().on<shop::order_placed>(
      [held](read_model&, const shop::order_placed&) { held->pass(); }));
  REQUIRE(
      eventually([&] { return first->status("revenue").state == projection_state::running; }));
  engine second{file, test.options()};
  second.start(shop::revenue().truncate("DELETE FROM nowhere"));
  REQUIRE(
      eventually([&] { return second.status("revenue").state == projection_state::standing_by; }));
  place_orders(*first, 1);
  REQUIRE(held->wait_for_somebody()); // who has the file as long as it is there
  auto reset = std::async(std::launch::async, [&] { second.reset("revenue"); });
  const auto is_over = [&] { return reset.wait_for(0s) == std::future_status::ready; };
  CHECK_FALSE(eventually(is_over, 1s)); // until the stand-by has wanted to claim
  held->open();
  CHECK_THROWS_AS(reset.get(), error);
  first.reset();
  CHECK(second.wait_until("revenue", place_orders(second, 1, "p-"), patience) ==
        wait_result::reached);
}

TEST_CASE("who is started while the owner has the file for long does not wait for it") {
  engine_fixture test;
  const auto file = test.open_file();
  const auto held = std::make_shared<turnstile>();
  engine first{file, test.options()};
  first.start(shop::revenue_tables().on<shop::order_placed>(
      [held](read_model&, const shop::order_placed&) { held->pass(); }));
  const auto token = place_orders(first, 1);
  REQUIRE(held->wait_for_somebody());
  engine second{file, test.options()};
  CHECK_NOTHROW(second.start(shop::revenue()));
  held->open();
  CHECK(first.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(
      eventually([&] { return second.status("revenue").state == projection_state::standing_by; }));
}

TEST_CASE("an idle owner keeps its claim alive") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 2s;
  engine first{file, options};
  first.start(shop::revenue());
  REQUIRE(first.wait_until("revenue", place_orders(first, 10), patience) == wait_result::reached);
  engine second{file, options};
  second.start(shop::revenue());
  const auto epoch = first.checkpoint("revenue")->epoch;
  const auto taken = [&] { return first.checkpoint("revenue")->epoch != epoch; };
  CHECK_FALSE(eventually(taken, 2 * options.owner_timeout));
}

TEST_CASE("handlers with outside effects may take long without losing the claim") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 2s;
  options.drain_deadline = 1s;
  engine first{file, options};
  const auto held = std::make_shared<turnstile>();
  for (int i = 0; i < 5; ++i) // more than there are sessions for them
    first.start(projection::at_least_once("mailer-" + std::to_string(i))
                    .on<shop::order_placed>([held](const shop::order_placed&) { held->pass(); }));
  const auto token = place_orders(first, 1);
  REQUIRE(eventually([&] { return held->arrived() == 4; }));
  const auto claimed = [&] {
    std::int64_t sum = 0;
    for (const auto& each : file.projections->load_all())
      sum += each.epoch;
    return sum;
  };
  const auto epochs = claimed();
  engine second{file, options};
  std::atomic<int> twice{0};
  for (int i = 0; i < 5; ++i)
    second.start(projection::at_least_once("mailer-" + std::to_string(i))
                     .on<shop::order_placed>([&](const shop::order_placed&) { ++twice; }));
  CHECK_FALSE(eventually([&] { return twice.load() > 0; }, 2 * options.owner_timeout));
  CHECK(claimed() == epochs);
  held->open();
  for (int i = 0; i < 5; ++i)
    CHECK(first.wait_until("mailer-" + std::to_string(i), token, patience) == wait_result::reached);
}

TEST_CASE("a handler that keeps the file for long costs no idle projection its claim") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 1s;
  const auto held = std::make_shared<turnstile>();
  const auto idle = [] {
    return projection{"idle"}.on<shop::order_cancelled>(
        [](read_model&, const shop::order_cancelled&) {});
  };
  engine first{file, options};
  first.start(projection{"busy"}.on<shop::order_placed>(
      [held](read_model&, const shop::order_placed&) { held->pass(); }));
  first.start(idle());
  REQUIRE(eventually([&] { return first.status("idle").state == projection_state::running; }));
  const auto token = place_orders(first, 1);
  REQUIRE(held->wait_for_somebody());
  const auto epoch = file.projections->load({"idle", 0})->epoch;
  engine second{file, options};
  second.start(idle());
  const auto taken = [&] { return file.projections->load({"idle", 0})->epoch != epoch; };
  CHECK_FALSE(eventually(taken, 2 * options.owner_timeout));
  held->open();
  CHECK(first.wait_until("busy", token, patience) == wait_result::reached);
  CHECK(eventually(
      [&] { return second.status("idle").state == projection_state::standing_by; }));
  CHECK_FALSE(taken());
}

TEST_CASE("an outside projection that is fenced in mid-batch never runs twice at a time") {
  engine_fixture test;
  const auto file = test.open_file();
  engine it{file, test.options()};
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> handled{0};
  it.start(projection::at_least_once("mailer")
               .on<shop::order_placed>([&](const shop::order_placed&) {
                 const int now = ++inside;
                 int seen = most.load();
                 while (seen < now && !most.compare_exchange_weak(seen, now)) {
                 }
                 std::this_thread::sleep_for(1ms);
                 ++handled;
                 --inside;
               })
               .batch({.max_events = 50, .max_transaction = 1h}));
  const auto token = place_orders(it, 400);
  const claim_request thief{.key = {"mailer", 0},
                            .key_rule = "stream",
                            .log_id = file.events->log_id(),
                            .owner = "somebody/else/entirely/1/2/3",
                            .owner_timeout = 10ms,
                            .take_over = true};
  for (int i = 0; i < 3; ++i) {
    const int before = handled.load();
    REQUIRE(eventually([&] { return handled.load() > before + 60; }));
    const auto stolen = file.projections->claim({&thief, 1}).at(0);
    const ownership theirs{stolen.record.key, stolen.record.epoch};
    file.projections->release({&theirs, 1});
  }
  CHECK(it.wait_until("mailer", token, patience) == wait_result::reached);
  CHECK(it.stop());
  CHECK(most == 1);
}

TEST_CASE("two engines that fight over many shards under resets leave one effect per event") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 150ms; // so short that they do take shards from each other
  engine first{file, options};
  engine second{file, options};
  first.start(shop::revenue().shards(3).batch({.max_events = 5}));
  second.start(shop::revenue().shards(3).batch({.max_events = 5}));
  position_t head = 0;
  for (int i = 0; i < 10; ++i) {
    head = place_orders(i % 2 ? first : second, 60, std::to_string(i) + "-").last_position;
    if (i % 3 == 0)
      (i % 2 ? second : first).reset("revenue");
  }
  CHECK(first.wait_until("revenue", head, patience) == wait_result::reached);
  CHECK(second.wait_until("revenue", head, patience) == wait_result::reached);
  CHECK(cents_of(first) == head);
}

TEST_CASE("an operator has a projection taken over from an owner that lives") {
  engine_fixture test;
  const auto file = test.open_file();
  engine first{file, test.options()};
  first.start(shop::revenue());
  REQUIRE(first.wait_until("revenue", place_orders(first, 10), patience) == wait_result::reached);
  first.take_over("revenue"); // it has it already
  engine second{file, test.options()};
  second.start(shop::revenue());
  const auto comes_to = [](engine& it, projection_state state) {
    return eventually([&] { return it.status("revenue").state == state; });
  };
  REQUIRE(comes_to(second, projection_state::standing_by));
  const auto epoch = first.checkpoint("revenue")->epoch;
  second.take_over("revenue", {.by = "anna@db7", .why = "db3 hangs"});
  REQUIRE(comes_to(second, projection_state::running));
  CHECK(second.checkpoint("revenue")->epoch == epoch + 1);
  CHECK(test.lines.count("warning take_over revenue: takes the claim over on the word of anna@db7: "
                         "db3 hangs; ") == 1);
  const auto token = place_orders(first, 10, "p-");
  CHECK(second.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(comes_to(first, projection_state::standing_by));
  CHECK(cents_of(second) == 20);
}

TEST_CASE("an idle owner learns soon that its claim was taken") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 1s;
  engine first{file, options};
  first.start(shop::revenue());
  REQUIRE(first.wait_until("revenue", place_orders(first, 10), patience) == wait_result::reached);
  const claim_request thief{.key = {"revenue", 0},
                            .key_rule = "stream",
                            .log_id = file.events->log_id(),
                            .owner = "somebody/else/entirely/1/2/3",
                            .take_over = true};
  const auto epoch = file.projections->claim({&thief, 1}).at(0).record.epoch;
  CHECK(eventually([&] { return test.lines.count("fenced revenue: has lost its claim") == 1; }));
  // Nobody renews the other's claim, so it is claimed again.
  CHECK(eventually([&] {
    return first.status("revenue").state == projection_state::running &&
           first.checkpoint("revenue")->epoch == epoch + 1;
  }));
}

TEST_CASE("claims are renewed however rarely positions are saved, also by a new renewing actor") {
  open_engine test{{}, [](engine_options& options) {
                     options.passed_save_interval = 1h;
                     options.owner_timeout = 200ms;
                   }};
  test.start();
  REQUIRE(test.comes_to(projection_state::running));
  const auto renewed_at = [&] {
    return test.context->where.projections->load({"revenue", 0})->renewed_at;
  };
  const auto goes_on = [&] {
    return eventually([&, from = renewed_at()] { return renewed_at() > from; });
  };
  CHECK(goes_on());
  kill(test.context->others->find(roles::renewal(1)));
  CHECK(goes_on());
  CHECK(goes_on());
  CHECK(test.actors->stop(patience));
}

TEST_CASE("a projection that is stopped while it backs off is free for another engine") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 500ms;
  options.store_backoff = {1h, 1h, 1.0, 0.0};
  auto breaks = tries(2);
  breaks.retry_if = [](const std::string&) -> bool { throw std::logic_error{"a bug"}; };
  engine first{file, options};
  first.start(projection{"broken"}
                  .on<shop::order_placed>([](read_model&, const shop::order_placed&) {
                    throw std::runtime_error{"not now"};
                  })
                  .retry(breaks));
  first.start(shop::revenue()); // whose claim is renewed
  place_orders(first, 1);
  REQUIRE(eventually([&] { return first.status("broken").evidence.failures_in_a_row > 0; }));
  CHECK_THROWS_WITH(first.take_over("broken"), Catch::Matchers::ContainsSubstring("ask again"));
  first.stop("broken");
  engine second{file, options};
  second.start(
      projection{"broken"}.on<shop::order_placed>([](read_model&, const shop::order_placed&) {}));
  CHECK(eventually([&] { return second.status("broken").state == projection_state::running; }));
  CHECK(first.status("revenue").state == projection_state::running);
}

TEST_CASE("a stopped projection keeps its claim as long as its handler is out, and no longer") {
  engine_fixture test;
  const auto file = test.open_file();
  auto options = test.options();
  options.owner_timeout = 2s;
  options.supervisors = {supervision{.name = "g", .shutdown = 50ms, .children = {"mailer"}}};
  engine first{file, options};
  const auto held = std::make_shared<turnstile>();
  first.start(projection::at_least_once("mailer").on<shop::order_placed>(
      [held](const shop::order_placed&) { held->pass(); }));
  first.start(shop::revenue());
  place_orders(first, 1);
  REQUIRE(held->wait_for_somebody());
  first.stop("mailer"); // it is left behind
  REQUIRE(test.lines.count("abandoned mailer") == 1);
  engine second{file, options};
  second.start(projection::at_least_once("mailer").on<shop::order_placed>(
      [](const shop::order_placed&) {}));
  const auto taken = [&] { return second.status("mailer").state == projection_state::running; };
  CHECK_FALSE(eventually(taken, 3 * options.owner_timeout));
  held->open();
  CHECK(eventually(taken));
}
