#include "tests/catch.hpp"

#include "actors/claim.hpp"
#include "persistence/fault_point.hpp"
#include "tests/actors/core_fixture.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::test {

namespace {

using status = claim_report::status;

void fail_claims(const char* place) {
  if (std::string_view{place} == "claim.before_commit")
    throw store_error{"a row is locked"};
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
};

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

TEST_CASE_METHOD(started_together,
                 "what was started together is claimed in one go, and each answer is given once") {
  CHECK(claim_shard(second).state == status::granted);
  const auto claimed = first.store->load_all(); // the other one too
  REQUIRE(claimed.size() == 2);
  CHECK(claim_shard(first).record.epoch == claimed[0].epoch);
  CHECK(claim_shard(first).record.epoch > claimed[0].epoch); // by itself
  CHECK((*this)(seeing().shards(2), 1, "another").state == status::held);
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

} // namespace waymark::test
