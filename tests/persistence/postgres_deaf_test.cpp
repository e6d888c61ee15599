// A LISTEN that stands and delivers nothing.
#include "tests/catch.hpp"

#include "persistence/postgres/database.hpp"
#include "persistence/postgres/stale_owner.hpp"
#include "tests/persistence/deaf_proxy.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <waymark/persistence/process_instance.hpp>

namespace waymark::test {

namespace {

class frozen_backend {
 public:
  explicit frozen_backend(std::string pid) : pid_{std::move(pid)} { send("STOP"); }
  ~frozen_backend() { send("CONT"); }
  frozen_backend(const frozen_backend&) = delete;
  frozen_backend& operator=(const frozen_backend&) = delete;

 private:
  void send(const std::string& signal) const {
    CHECK(postgres_server::instance().run_as_owner("kill -" + signal + " " + pid_));
  }
  std::string pid_;
};

} // namespace

TEST_CASE_METHOD(engine_fixture, "an engine whose notifications are swallowed notices, says so and "
                                 "looks by itself") {
  const postgres_schema schema;
  const auto elsewhere = open(schema.address()).events;
  deaf_proxy between;
  engine it{open(between.address_of(schema.address())), options()};
  it.start(shop::revenue());
  const auto arrives = [&](const std::string& id) {
    const auto token = elsewhere->append(order(id, "monday", 1));
    return it.wait_until("revenue", token.last_position, patience) == wait_result::reached;
  };
  CHECK(arrives("heard"));
  CHECK(it.log().deafness().empty());
  CHECK(lines.count("nothing is heard") == 0);

  between.set_deaf(true);
  place_orders(it, 1, "told-"); // what is sent for it does not come back
  REQUIRE(eventually([&] { return lines.count("nothing is heard") == 1; }));
  CHECK(lines.count("nothing is heard of appends elsewhere, the log is looked at every 5 ms "
                    "meanwhile: ") == 1);
  CHECK(lines.count("notifications do not arrive") == 1);
  CHECK_THAT(it.log().deafness(), Catch::Matchers::EndsWith("notifications do not arrive"));
  CHECK(arrives("found"));
  CHECK(it.status("revenue").state == projection_state::running);

  between.set_deaf(false);
  REQUIRE(eventually([&] { return lines.count("tells of appends elsewhere again") == 1; }));
  CHECK(it.log().deafness().empty());
  CHECK(arrives("heard-again"));
  CHECK(cents_of(it) == it.head());
}

TEST_CASE("a listener whose server does not answer says so, and holds up no end") {
  const postgres_schema schema;
  auto in = std::make_shared<postgres::database>(postgres::address::parse(schema.address()),
                                                 postgres::database_options{});
  auto& listener = in->listener();
  REQUIRE(eventually([&] { return listener.hears(); }));
  const frozen_backend backend{
      run_sql("SELECT pid FROM pg_stat_activity WHERE application_name = '" +
              postgres::session_name(this_process_instance()) +
              " listen' ORDER BY backend_start DESC LIMIT 1")};
  listener.tell();
  CHECK(eventually([&] { return !listener.hears(); }));
  CHECK_THAT(listener.deafness(), Catch::Matchers::EndsWith("notifications do not arrive"));
  const auto began = std::chrono::steady_clock::now();
  in.reset();
  CHECK(std::chrono::steady_clock::now() - began < patience);
}

TEST_CASE("a reader whose notifications are swallowed looks at its poll interval") {
  const postgres_schema schema;
  deaf_proxy between;
  between.set_deaf(true);
  const auto reader =
      open(between.address_of(schema.address()), {.poll_interval = 5ms, .fallback_poll = 1h})
          .events;
  const auto writer = open(schema.address()).events;
  for (position_t last = 0; last < 3; ++last) {
    std::thread later{[&] {
      writer->append(order("o-" + std::to_string(last), "monday", 1));
    }};
    const auto began = std::chrono::steady_clock::now();
    CHECK(reader->wait_for(last, 2 * patience) == last + 1);
    CHECK(std::chrono::steady_clock::now() - began < patience);
    later.join();
  }
  CHECK(eventually([&] { return !reader->deafness().empty(); }));
}

} // namespace waymark::test
