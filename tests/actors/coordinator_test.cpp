#include "actors/atoms.hpp"
#include "actors/coordinator_actor.hpp"
#include "actors/roles.hpp"
#include "tests/caf_fixture.hpp"
#include "tests/catch.hpp"
#include "tests/testing/orders.hpp"

#include <algorithm>
#include <deque>
#include <vector>

using namespace waymark;
using waymark::testing::answer;
using waymark::testing::caf_fixture;

namespace {

/// A log that answers what a test has put there, and notes what it was asked.
struct scripted_log {
  bool endless = false; ///< Answers whatever is asked with a page of one event.
  std::deque<page_ptr> pages{};
  std::vector<std::uint64_t> allowed_bytes{}; ///< Of each read.
  std::vector<position_t> asked{};            ///< Behind which position, each time.
};

/// A page with one event of so many bytes at `position`.
page_ptr page_at(position_t position, std::size_t bytes) {
  auto result = std::make_shared<page>();
  result->after = position - 1;
  result->scanned_to = position;
  result->head = 9;
  result->log_incarnation = 1;
  event e;
  e.position = position;
  e.data = payload::from_json('"' + std::string(bytes, 'x') + '"');
  result->events.push_back(std::move(e));
  return result;
}

caf::behavior play(caf::event_based_actor*, const std::shared_ptr<scripted_log>& log) {
  return {[](poke_atom, const caf::actor&) {},
          [log](read_atom, position_t after, const wants_ptr&,
                std::uint64_t max_bytes) -> caf::result<page_ptr> {
            log->allowed_bytes.push_back(max_bytes);
            log->asked.push_back(after);
            if (log->endless)
              return page_at(after + 1, 10);
            if (log->pages.empty())
              return caf::make_error(caf::sec::runtime_error);
            auto next = std::move(log->pages.front());
            log->pages.pop_front();
            return next;
          }};
}

/// Asks for a page behind each position, all at once, and waits.
void ask_all(caf::event_based_actor* self, const caf::actor& coordinator, const spec_ptr& spec,
             const std::vector<position_t>& positions,
             const std::vector<std::shared_ptr<answer<page_ptr>>>& answers) {
  set_quiet_handlers(self);
  for (std::size_t i = 0; i < positions.size(); ++i)
    compat::ask(self, coordinator, caf::infinite, fetch_atom_v, positions[i], spec,
                std::uint64_t{1})
        .then([to = answers[i]](const page_ptr& found) { to->value = found; },
              [to = answers[i]](const caf::error& e) { to->error = render(e); });
}

/// Asks for one page after another, each as soon as it has the one before.
void catch_up(caf::event_based_actor* self, const caf::actor& coordinator, const spec_ptr& spec,
              position_t after, position_t until) {
  set_quiet_handlers(self);
  if (after < until)
    compat::ask(self, coordinator, caf::infinite, fetch_atom_v, after, spec, std::uint64_t{1})
        .then([=](const page_ptr& found) {
          catch_up(self, coordinator, spec, found->scanned_to, until);
        });
}

constexpr std::size_t budget = 1'000'000;

/// The coordinator, and nobody behind it but the scripted log, once that is `listed`.
struct lonely_coordinator : caf_fixture {
  std::shared_ptr<board> shown = std::make_shared<board>();
  std::shared_ptr<directory> others = std::make_shared<directory>();
  std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>();
  spec_ptr spec = shop::revenue().freeze();
  caf::actor it;

  lonely_coordinator() {
    const auto spawn = [this](caf::event_based_actor* self, std::size_t cache_bytes) {
      it = spawn_coordinator(*self, shown, others, cache_bytes);
    };
    system().spawn(spawn, budget);
    jobs();
  }
  ~lonely_coordinator() {
    kill(it);
    if (const auto listed = others->find(roles::event_log))
      kill(listed);
    others->clear();
    jobs();
  }
  static void kill(const caf::actor& who) { compat::anon_stop_now(who, caf::exit_reason::kill); }
  void list_log() { others->enter(roles::event_log, system().spawn(play, log)); }
  auto fetch(position_t after, std::uint64_t seen = 1) {
    return request<page_ptr>(it, fetch_atom_v, after, spec, seen);
  }
  void tell_head(position_t head, std::uint64_t incarnation) {
    compat::anon_tell(it, head_atom_v, head, incarnation);
    jobs();
  }
};

} // namespace

TEST_CASE("a coordinator that ends leaves nobody waiting") {
  lonely_coordinator test;
  test.tell_head(7, 1);
  const auto waiting = test.fetch(7);
  REQUIRE_FALSE(waiting->arrived());
  test.kill(test.it);
  test.jobs();
  REQUIRE(waiting->error);
}

TEST_CASE("who waits at the head learns that the log is lost, and that it is there again") {
  lonely_coordinator test;
  test.tell_head(7, 1);
  const auto waiting = test.fetch(7);
  compat::anon_tell(test.it, lost_atom_v, std::string{"the file is gone"});
  test.jobs();
  REQUIRE(waiting->error);
  CHECK(waiting->error->find("the file is gone") != std::string::npos);
  const auto again = test.fetch(7, 0);
  REQUIRE(again->error);
  test.tell_head(7, 1);
  const auto in_doubt = test.fetch(7, 0);
  REQUIRE(in_doubt->value);
  CHECK((*in_doubt->value)->scanned_to == 7);
  CHECK_FALSE(test.fetch(7, 1)->arrived());
}

TEST_CASE("who waits at the head learns that it is another log") {
  lonely_coordinator test;
  test.tell_head(7, 1);
  const auto waiting = test.fetch(7);
  test.tell_head(3, 2);
  REQUIRE(waiting->value);
  CHECK((*waiting->value)->log_incarnation == 2);
  CHECK((*waiting->value)->events.empty());
  CHECK(test.shown->head() == 3);
}

TEST_CASE("nothing is read for who is gone") {
  lonely_coordinator test;
  test.tell_head(7, 1);
  test.list_log();
  const auto unheard = std::make_shared<answer<page_ptr>>();
  const auto gone = test.system().spawn(ask_all, test.it, test.spec, std::vector<position_t>{7},
                                        std::vector{unheard});
  test.jobs();
  test.kill(gone);
  test.jobs();
  test.tell_head(8, 1);
  CHECK(test.log->allowed_bytes.empty());
}

TEST_CASE("who asks anew does not wait for what was asked before") {
  lonely_coordinator test;
  test.tell_head(7, 1);
  const std::vector answers{std::make_shared<answer<page_ptr>>(),
                            std::make_shared<answer<page_ptr>>()};
  const auto asker =
      test.system().spawn(ask_all, test.it, test.spec, std::vector<position_t>{7, 8}, answers);
  test.jobs();
  REQUIRE(answers[0]->value);
  CHECK((*answers[0]->value)->events.empty());
  CHECK_FALSE(answers[1]->arrived());
}

TEST_CASE("pages in use that leave no room make the next one small, and nothing is read ahead") {
  lonely_coordinator test;
  test.list_log();
  test.tell_head(9, 1);
  test.log->pages = {page_at(1, budget), page_at(5, 10), page_at(6, 10)};
  auto held = test.fetch(0);
  REQUIRE(held->value);
  REQUIRE(test.log->allowed_bytes.size() == 1);
  CHECK(test.log->allowed_bytes.back() == budget);
  const auto other = test.fetch(4);
  REQUIRE(other->value);
  REQUIRE(test.log->allowed_bytes.size() == 2);
  CHECK(test.log->allowed_bytes.back() == 16u * 1024);
  held.reset();
  const auto later = test.fetch(5);
  REQUIRE(later->value);
  CHECK(test.log->allowed_bytes.at(2) > budget / 2);
}

TEST_CASE("one page is read ahead of who catches up, and no more") {
  lonely_coordinator test;
  test.list_log();
  test.tell_head(9, 1);
  for (position_t position = 1; position <= 9; ++position)
    test.log->pages.push_back(page_at(position, 10));
  for (position_t after = 0; after < 8; ++after) {
    const auto found = test.fetch(after);
    REQUIRE(found->value);
    CHECK((*found->value)->scanned_to == after + 1);
    CHECK(test.log->allowed_bytes.size() == static_cast<std::size_t>(after) + 2);
  }
  const auto last = test.fetch(8);
  REQUIRE(last->value);
  CHECK(test.log->allowed_bytes.size() == 9); // there is nothing behind the head
}

TEST_CASE("who catches up fast leaves their turns to others") {
  lonely_coordinator test;
  test.list_log();
  test.log->endless = true;
  test.tell_head(9, 1);
  test.system().spawn(catch_up, test.it, test.spec, position_t{0}, position_t{6});
  test.system().spawn(catch_up, test.it, test.spec, position_t{7}, position_t{8});
  test.jobs();
  const auto& asked = test.log->asked;
  const auto turn = [&](position_t after) { return std::find(asked.begin(), asked.end(), after); };
  REQUIRE(turn(7) != asked.end());
  CHECK(turn(7) < turn(2));
  CHECK(turn(5) != asked.end());
}
