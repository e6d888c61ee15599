// Writers, projecting processes and their server, killed again and again at random moments.
#include "tests/catch.hpp"

#include "tests/faults/child_process.hpp"
#include "tests/persistence/postgres_server.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <waymark/persistence/store.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

namespace waymark::test {

namespace {

enum class victim : std::uint8_t { writer, projector, server };

constexpr int crashes = 100;
const shard_key revenue_key{"revenue", 0};

std::uint64_t seed_of_run() {
  const char* given = std::getenv("WAYMARK_CRASH_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

/// A third of the crashes each, in random order.
std::vector<victim> victims(std::mt19937_64& random) {
  std::vector<victim> result;
  for (int i = 0; i < crashes; ++i)
    result.push_back(static_cast<victim>(i % 3));
  std::shuffle(result.begin(), result.end(), random);
  return result;
}

/// A process that appends, and what it was told.
class writing_child {
 public:
  writing_child(const std::string& address, int number)
      : child_{"postgres_child", {address, "write", "w" + std::to_string(number) + "-"}},
        listener_{[this] { listen(); }} {}
  ~writing_child() { kill(); }

  void kill() {
    child_.send(SIGKILL);
    if (listener_.joinable())
      listener_.join(); // has then heard all that it said
    child_.kill();
  }
  [[nodiscard]] std::size_t acknowledged() const { return count_; }
  [[nodiscard]] const std::vector<std::string>& all() const { return heard_; }

  /// Whether the server still works for it; to be asked once it is killed. What it had sent is
  /// carried out even then, so the log may grow until this is false.
  [[nodiscard]] bool has_sessions() const {
    return run_sql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '" +
                   sessions_ + " %'") != "0";
  }

 private:
  void listen() {
    sessions_ = child_.next_line();
    for (auto line = child_.next_line(); !line.empty(); line = child_.next_line()) {
      heard_.push_back(line);
      ++count_;
    }
  }

  child_process child_;
  std::string sessions_; ///< How they are named.
  std::atomic<std::size_t> count_{0};
  std::vector<std::string> heard_;
  std::thread listener_;
};

class matrix {
 public:
  explicit matrix(std::uint64_t seed) : random_{seed} {
    start_writer();
    start_projector();
  }

  void play() {
    for (const auto next : victims(random_)) {
      wait_for_progress();
      std::this_thread::sleep_for(std::chrono::microseconds{random_() % 20'000});
      strike(next);
    }
    wait_for_progress();
    end_writer();
    REQUIRE(eventually([&] { return !writer_->has_sessions(); }));
  }

  /// Everything that was acknowledged is in the log once, and each event had one effect.
  void check() {
    const auto store = open(schema_.address());
    const auto head = store.events->head();
    for (auto at = position(); at < head; at = position()) // far behind on a loaded machine
      REQUIRE(eventually([&] { return position() > at; }));
    REQUIRE(store.projections->load(revenue_key)->position == head);
    std::set<std::string> in_log;
    for (position_t after = 0; after < head;) {
      const auto page = store.events->read_all(after);
      for (const auto& e : page.events) {
        CHECK(e.position == ++after);
        CHECK(in_log.insert(e.aggregate_id).second);
      }
    }
    for (const auto& each : acknowledged_)
      CHECK(in_log.contains(each));
    std::cout << acknowledged_.size() << " events acknowledged, " << head << " in the log, "
              << sql("count(*)") << " effects\n";
    // An order has a day of its own: an effect that came twice would make it two cents.
    CHECK(sql("count(*)") == head);
    CHECK(sql("coalesce(max(cents), 0)") == 1);
    CHECK(store.projections->load(revenue_key)->events_processed == head);
  }

 private:
  std::int64_t sql(const std::string& what) {
    return std::stoll(run_sql("SELECT " + what + " FROM " + schema_.name() + ".revenue"));
  }

  void start_writer() { writer_.emplace(schema_.address(), ++writers_); }
  void end_writer() {
    writer_->kill();
    acknowledged_.insert(acknowledged_.end(), writer_->all().begin(), writer_->all().end());
  }
  void start_projector() {
    projector_.reset(new child_process{"postgres_child",
                                       {schema_.address(), "project", "10000", "nowhere"}});
  }

  void strike(victim next) {
    switch (next) {
    case victim::writer:
      end_writer();
      return start_writer();
    case victim::projector:
      projector_->kill();
      return start_projector();
    case victim::server:
      return postgres_server::instance().crash_and_restart();
    }
  }

  /// Until an append was acknowledged and a batch committed since the last crash.
  void wait_for_progress() {
    const auto written = writer_->acknowledged();
    REQUIRE(eventually([&] { return writer_->acknowledged() > written; }));
    const auto projected = position();
    REQUIRE(eventually([&] { return position() > projected; }));
  }

  position_t position() {
    try {
      return std::stoll(run_sql("SELECT coalesce(max(position), 0) FROM " + schema_.name() +
                                ".checkpoints"));
    } catch (const std::exception&) { // no table yet
      return 0;
    }
  }

  std::mt19937_64 random_;
  postgres_schema schema_;
  int writers_ = 0;
  std::optional<writing_child> writer_;
  std::unique_ptr<child_process> projector_;
  std::vector<std::string> acknowledged_;
};

} // namespace

// Commits that are not waited for are lost with the server, so what is acknowledged is only because
// the function that appends waits all the same.
constexpr auto forgetful = "fsync = on\nsynchronous_commit = off\nwal_writer_delay = 10s\n";

/// Whether a commit of its own, of the settings above, is lost with the server.
bool loses_commits() {
  const postgres_schema schema;
  const auto table = schema.name() + ".kept";
  run_sql("CREATE SCHEMA " + schema.name());
  run_sql("CREATE TABLE " + table + " (x BIGINT)");
  run_sql("SET synchronous_commit = on; INSERT INTO " + table + " VALUES (1)");
  run_sql("INSERT INTO " + table + " VALUES (2)");
  postgres_server::instance().crash_and_restart();
  return run_sql("SELECT max(x) FROM " + table) == "1";
}

TEST_CASE("a hundred crashes lose no acknowledged event and repeat no effect") {
  const auto seed = seed_of_run();
  CAPTURE(seed);
  std::cout << "WAYMARK_CRASH_SEED=" << seed << std::endl;
  postgres_server::start_own(forgetful);
  CHECK(eventually(loses_commits));
  matrix it{seed};
  it.play();
  it.check();
  CHECK(run_sql("SHOW synchronous_commit") == "off");
}

} // namespace waymark::test
