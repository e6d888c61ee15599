#include "tests/catch.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <csignal>

using namespace waymark;
using namespace waymark::test;

namespace {

/// All acknowledged orders are in the log, once; positions are dense; every event had one effect.
void check_whole(engine& it, const std::vector<std::string>& acknowledged) {
  const auto head = it.head();
  REQUIRE(it.wait_until("revenue", head, patience) == wait_result::reached);
  REQUIRE(cents_of(it) == head);
  for (position_t p = 1; p <= head; ++p)
    REQUIRE(it.log().mark_at(p));
  for (const auto& id : acknowledged)
    REQUIRE(it.log().read_stream({"Order", id}).size() == 1);
}

} // namespace

TEST_CASE("a process killed at any step of an append or a batch loses and repeats nothing") {
  engine_fixture test;
  const std::vector<const char*> once{"1"}; // a process comes there no second time
  const std::vector<const char*> often{"1", "2", "7"};
  const std::vector<std::pair<std::string, std::vector<const char*>>> places{
      {"schema.before_commit", once},    {"claim.before_commit", once},
      {"append.before_commit", often},   {"append.after_commit", often},
      {"unit.before_checkpoint", often}, {"unit.before_commit", often},
      {"unit.after_commit", often}};
  for (const auto& [place, visits] : places) {
    const auto file = test.folder.file(place + ".db");
    std::vector<std::string> acknowledged;
    for (const auto* visit : visits) {
      CAPTURE(place, visit);
      child_process child{"faults_child", {file, std::string{visit} + "-", "40", place, visit}};
      for (auto said = child.next_line(); !said.empty(); said = child.next_line()) {
        REQUIRE(said != "done"); // it never came to the place
        acknowledged.push_back(said);
      }
      REQUIRE(child.wait_for_end() == SIGKILL);
      engine it{open("sqlite:" + file), test.options()};
      it.start(shop::revenue());
      check_whole(it, acknowledged);
    }
  }
}

TEST_CASE("a second process stands by, and takes over when the first is killed") {
  engine_fixture test;
  const auto file = test.folder.file();
  child_process child{"faults_child", {file, "first-", "20"}};
  child.read_to("done");
  engine it{open("sqlite:" + file), test.options()};
  it.start(shop::revenue());
  REQUIRE(eventually([&] { return it.status("revenue").state == projection_state::standing_by; }));
  CHECK(it.explain("revenue").find("owned by pid") != std::string::npos);
  // What the owner commits can be waited for here as well.
  const auto token = place_orders(it, 10, "second-");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(it.status("revenue").state == projection_state::standing_by);
  CHECK(cents_of(it) == 30);
  const auto epoch = it.checkpoint("revenue")->epoch;
  child.kill();
  CHECK(it.wait_until("revenue", place_orders(it, 10, "third-"), patience) == wait_result::reached);
  CHECK(it.status("revenue").state == projection_state::running);
  CHECK(it.checkpoint("revenue")->epoch == epoch + 1);
  CHECK(cents_of(it) == 40);
}

TEST_CASE("a reset here reaches through to the process that owns the projection") {
  engine_fixture test;
  const auto file = test.folder.file();
  child_process child{"faults_child", {file, "first-", "20"}};
  child.read_to("done");
  engine it{open("sqlite:" + file), test.options()};
  it.start(shop::revenue());
  for (int i = 0; i < 5; ++i)
    it.reset("revenue"); // whoever claims next does the work
  const auto token = place_orders(it, 10, "second-");
  CHECK(it.wait_until("revenue", token, patience) == wait_result::reached);
  CHECK(cents_of(it) == 30);
}
