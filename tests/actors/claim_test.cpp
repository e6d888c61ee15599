#include "tests/catch.hpp"

#include "actors/claim.hpp"
#include "actors/joint_releases.hpp"
#include "persistence/fault_point.hpp"
#include "tests/actors/core_fixture.hpp"
#include "tests/eventually.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

namespace waymark::test {

namespace {

using status = claim_report::status;

void fail_claims(const char* place) {
  if (std::string_view{place} == "claim.before_commit")
    throw store_error{"a row is locked"};
}

void fail_release_once(const char* place) {
  if (std::string_view{place} != "release.before_commit")
    return;
  fault_hook = nullptr;
  throw store_error{"a row is locked"};
}

std::atomic<bool> at_gate{false};
std::atomic<bool> gate_open{false};

void hold_claims(const char* place) {
  if (std::string_view{place} != "claim.before_commit")
    return;
  at_gate = true;
  while (!gate_open)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

struct claims {
  waymark::store at = open("memory:");

  claim_report operator()(projection builder, int shard = 0, const std::string& owner = "me") {
    claim_order order;
    order.spec = std::move(builder).freeze();
    order.shard = shard;
    order.store = at.projections;
    order.log = at.events;
    order.owner = owner;
    return claim_shard(order);
  }
};

/// Two shards that are noted to be claimed together, but are not yet.
struct started_together : claims {
  claim_order first, second;

  started_together() {
    first.store = at.projections;
    first.log = at.events;
    first.owner = "me";
    first.together = std::make_shared<first_claims>();
    first.spec = seeing().shards(2).freeze();
    first.store->prepare_tables(first.spec->tables);
    second = first;
    second.shard = 1;
    first.together->add(*first.store, {request_of(first), request_of(second)});
    REQUIRE(first.store->load_all().empty());
  }
  [[nodiscard]] shard_key second_key() const { return {second.spec->name, 1}; }
};

/// Makes it of a version, with one more table.
auto seeing_with(const std::string& table) {
  return [table](int version) {
    return seeing().table(table).version(version).on_new_version(new_version::rebuild);
  };
}

projection rebuilding(int version, int shards) {
  return seeing().version(version).shards(shards).on_new_version(new_version::rebuild);
}

} // namespace

TEST_CASE("a claim makes the tables and is held against others") {
  claims claim;
  CHECK(claim(seeing()).state == status::granted);
  CHECK(seen_in(*claim.at.projections).empty());
  const auto other = claim(seeing(), 0, "another");
  CHECK(other.state == status::held);
  CHECK_FALSE(other.detail.empty());
  CHECK(claim(seeing()).record.epoch == 2); // the same owner may
}

TEST_CASE("who stands by does nothing to the tables") {
  claims claim;
  REQUIRE(claim(seeing()).state == status::granted);
  const auto refused_by_the_table = seeing_with("CREATE TABLE seen (x)"); // it is there
  CHECK(claim(refused_by_the_table(1), 0, "another").state == status::held);
  const auto newer = claim(refused_by_the_table(2), 0, "another"); // would rebuild it
  CHECK(newer.state == status::held);
}

TEST_CASE("a claim whose tables can't be made is given back, and the next one makes them") {
  claims claim;
  const auto broken = claim(seeing_with("CREATE TABLE nonsense")(1));
  CHECK(broken.state == status::projection_fault);
  const auto stored = claim.at.projections->load({"p", 0});
  CHECK((!stored || !stored->owner));
  REQUIRE(claim(seeing(), 0, "another").state == status::granted);
  claim.at.projections->release(std::vector<ownership>{
      {{"p", 0}, claim.at.projections->load({"p", 0})->epoch}});
  const auto rebuilt = claim(seeing_with("CREATE TABLE nonsense")(2));
  CHECK(rebuilt.state == status::projection_fault);
  CHECK_FALSE(claim.at.projections->load({"p", 0})->owner);
  CHECK(claim.at.projections->load({"p", 0})->projection_version == 1);
}

TEST_CASE("a claim for a rebuild that can't be done is given back") {
  claims claim;
  REQUIRE(claim(seeing()).state == status::granted);
  const auto stuck = claim(rebuilding(2, 1).truncate("DELETE FROM nowhere"));
  CHECK(stuck.state == status::projection_fault);
  CHECK_FALSE(claim.at.projections->load({"p", 0})->owner);
  CHECK(claim(seeing(), 0, "another").state == status::granted);
}

TEST_CASE("a table that a reset drops is made anew with it, whatever belongs to its columns") {
  claims claim;
  REQUIRE(claim(seeing()).state == status::granted);
  auto changed = projection{"p"}
                     .table("CREATE TABLE IF NOT EXISTS seen (x BIGINT, added TEXT)")
                     .table("CREATE INDEX IF NOT EXISTS by_added ON seen (added)")
                     .truncate("DROP TABLE IF EXISTS seen")
                     .on("Seen", [](read_model&, const nlohmann::json&) {})
                     .version(2)
                     .on_new_version(new_version::rebuild);
  claim_order order;
  order.spec = std::move(changed).freeze();
  order.store = claim.at.projections;
  order.owner = "me";
  REQUIRE(claim_shard(order).detail == "");
  const auto added = [&] {
    std::int64_t count = -1;
    order.store->read([&](read_model& db) {
      count = db.query_value<std::int64_t>("SELECT count(added) FROM seen");
    });
    return count;
  };
  CHECK(added() == 0);
  begin_anew(order);
  CHECK(added() == 0); // and no claim was needed for that
}

TEST_CASE("tables that are missing after a claim are made by the next") {
  claims claim;
  const auto request = [&] { // of a process that dies before it has made them
    claim_order order;
    order.spec = seeing().freeze();
    order.store = claim.at.projections;
    order.owner = "dead";
    order.owner_timeout = std::chrono::milliseconds{0};
    return request_of(order);
  }();
  REQUIRE(claim.at.projections->claim({&request, 1}).at(0).state == claim_result::status::granted);
  claim.at.projections->release(std::vector<ownership>{{{"p", 0}, 1}});
  CHECK(claim(seeing()).state == status::granted);
  CHECK(seen_in(*claim.at.projections).empty());
}

TEST_CASE_METHOD(started_together,
                 "what was started together is claimed in one go, and each answer is given once") {
  CHECK(claim_shard(second).state == status::granted);
  const auto claimed = first.store->load_all(); // the other one too
  REQUIRE(claimed.size() == 2);
  CHECK(claim_shard(first).record.epoch == claimed[0].epoch);
  CHECK(claim_shard(first).record.epoch > claimed[0].epoch); // by itself
  CHECK((*this)(seeing().shards(2), 1, "another").state == status::held);
}

TEST_CASE_METHOD(started_together, "an answer that does not hold any more is not taken") {
  CHECK(claim_shard(first).state == status::granted); // and the other one, which waits
  SECTION("reset meanwhile") {
    first.store->reset(request_of(first), {});
  }
  SECTION("taken over meanwhile") {
    auto other = request_of(second);
    other.owner = "another";
    other.take_over = true;
    const auto taken = first.store->claim({&other, 1}).at(0);
    const ownership theirs{other.key, taken.record.epoch};
    first.store->release({&theirs, 1});
  }
  SECTION("taken over by this owner") {
    auto again = second;
    again.take_over = true;
    CHECK(claim_shard(again).state == status::granted);
  }
  const auto report = claim_shard(second);
  CHECK(report.state == status::granted);
  CHECK(report.record.epoch == first.store->load(second_key())->epoch);
}

TEST_CASE_METHOD(started_together, "what is not taken any more is given back") {
  CHECK(first.together->drop(*first.store, "another").empty());
  CHECK(claim_shard(first).state == status::granted);
  const auto granted = first.together->drop(*first.store, first.spec->name);
  REQUIRE(granted.size() == 1);
  CHECK(granted[0].key == second_key());
  CHECK(granted[0].epoch == first.store->load(second_key())->epoch);
  CHECK(first.together->drop(*first.store).empty());
  CHECK(claim_shard(second).record.epoch > granted[0].epoch); // by itself
}

TEST_CASE_METHOD(started_together, "what is not even claimed yet is forgotten") {
  CHECK(first.together->drop(*first.store).empty());
  CHECK(claim_shard(second).state == status::granted);
  CHECK(first.store->load_all().size() == 1);
}

TEST_CASE_METHOD(started_together, "who gives up a claim under way does not wait for the store") {
  at_gate = gate_open = false;
  fault_hook = hold_claims;
  claim_report report;
  std::thread asker{[&] { report = claim_shard(first); }};
  REQUIRE(eventually([] { return at_gate.load(); }));
  std::atomic<bool> dropped{false};
  std::thread dropper{[&] { dropped = first.together->drop(*first.store).empty(); }};
  CHECK(eventually([&] { return dropped.load(); }));
  gate_open = true;
  asker.join();
  dropper.join();
  fault_hook = nullptr;
  CHECK(report.state == status::granted);
  const auto given_back = first.store->load(second_key());
  REQUIRE(given_back);
  CHECK_FALSE(given_back->owner);
}

TEST_CASE_METHOD(started_together, "shards are released together, or each alone") {
  joint_releases releases;
  std::vector<ownership> owned;
  for (const auto* each : {&first, &second}) {
    const auto report = claim_shard(*each);
    owned.push_back({report.record.key, report.record.epoch});
    releases.note(*first.store, owned.back());
  }
  const auto owners = [&] {
    const auto all = first.store->load_all();
    return std::count_if(all.begin(), all.end(), [](const auto& r) { return r.owner.has_value(); });
  };
  SECTION("together") {
    releases.release(*first.store, owned[0]);
    CHECK(owners() == 0);
    releases.release(*first.store, owned[1]); // is done already
  }
  SECTION("alone, where together fails") {
    fault_hook = fail_release_once;
    releases.release(*first.store, owned[0]);
    CHECK(owners() == 1);
    releases.release(*first.store, owned[1]);
    CHECK(owners() == 0);
  }
  SECTION("not what was claimed again meanwhile") {
    CHECK(claim_shard(second).state == status::granted);
    releases.release(*first.store, owned[0]);
    CHECK(owners() == 1);
  }
}

TEST_CASE_METHOD(started_together, "after a failed claim of all, each claims for itself") {
  fault_hook = fail_claims;
  const auto failed = claim_shard(first).state;
  fault_hook = nullptr;
  CHECK(failed == status::store_fault);
  CHECK(claim_shard(second).state == status::granted);
  CHECK(first.store->load_all().size() == 1); // whatever it was that could not be claimed
  CHECK(claim_shard(first).state == status::granted);
}

TEST_CASE("a broken table statement is the projection's fault") {
  claims claim;
  const auto report = claim(seeing().table("CREATE TABEL x (y)"));
  CHECK(report.state == status::projection_fault);
}

TEST_CASE("a lower version never claims") {
  claims claim;
  CHECK(claim(seeing().version(2)).state == status::granted);
  CHECK(claim(seeing().version(1)).state == status::refused);
}

TEST_CASE("any shard of an older version makes a rebuild due") {
  for (const int claimed_before : {0, 1})
    for (const int first_after : {0, 1}) {
      claims claim;
      REQUIRE(claim(rebuilding(1, 2), claimed_before).state == status::granted);
      CHECK(claim(rebuilding(2, 2), first_after).state == status::granted);
      CHECK(claim(rebuilding(2, 2), 1 - first_after).state == status::granted);
      for (const auto& record : claim.at.projections->load_all()) {
        CHECK(record.projection_version == 2);
        CHECK(record.generation == 1);
      }
    }
}

TEST_CASE("a rebuild may change the number of shards, whichever of them comes first") {
  for (const int first : {0, 3}) {
    claims claim;
    REQUIRE(claim(rebuilding(1, 1)).state == status::granted);
    CHECK(claim(rebuilding(2, 4), first).state == status::granted);
    CHECK(claim(rebuilding(2, 4), 2).state == status::granted);
  }
}

TEST_CASE("a rebuild respects an owner of the old version that still works") {
  claims claim;
  REQUIRE(claim(rebuilding(1, 1), 0, "old").state == status::granted);
  CHECK(claim(rebuilding(2, 1), 0, "new").state == status::held);
}

TEST_CASE("another log at the checkpoint makes it diverged, and gives the claim back") {
  claims claim;
  append_command command;
  command.stream = {"Thing", "a"};
  command.events.push_back(json_event("X", "{}"));
  claim.at.events->append(command);
  const auto mine = claim(seeing());
  checkpoint_advance advance;
  advance.to = 1;
  advance.event_id_at_position = uuid::v7(); // not what stands there
  REQUIRE(claim.at.projections->save({{"p", 0}, mine.record.epoch}, advance) ==
          commit_status::committed);
  CHECK(claim(seeing()).state == status::diverged);
  CHECK_FALSE(claim.at.projections->load({"p", 0})->owner.has_value());
}

namespace {

struct stillborn {
  stillborn() { throw std::runtime_error{"no configuration"}; }
};

} // namespace

TEST_CASE("a state that can't be made is the projection's fault, not the store's") {
  claims of;
  claim_order order;
  order.spec = projection::in_memory<stillborn>("p")
                   .on("X", [](stillborn&, const nlohmann::json&) {})
                   .freeze();
  order.store = of.at.projections;
  order.owner = "me";
  order.state = std::make_shared<memory_state>();
  const auto report = claim_shard(order);
  CHECK(report.state == status::projection_fault);
  CHECK(report.detail == "the state of \"p\" can't be made: no configuration");
}

} // namespace waymark::test
