// What the page of a process that has ended says about each of its attempts.
#include "persistence/crash_page.hpp"
#include "tests/catch.hpp"

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace waymark;
using how = crash_page::ending::kind;

namespace {

/// Attempts 1, 2 and 3 in slots 0, 1 and 2, of 9, 7 and 3 s.
struct three_attempts {
  std::unique_ptr<crash_page> page{new crash_page{}};

  three_attempts() {
    const int ages[]{9'000, 7'000, 3'000};
    for (std::size_t i = 0; i < 3; ++i) {
      page->slots[i].attempt = i + 1;
      page->slots[i].age_ms = ages[i];
    }
  }
  void ends(how kind, int slot = crash_page::ending::no_slot, int signo = 0) const {
    const crash_page::ending end{kind, static_cast<std::uint8_t>(slot),
                                 static_cast<std::uint8_t>(signo)};
    page->end = end.packed();
  }
  void note(std::size_t slot, std::uint32_t notes) const { page->slots[slot].notes |= notes; }

  /// Of each attempt: its signal, or "innocent", "overdue 9000", "9000", or "nothing". The fourth
  /// is that of one without a slot.
  [[nodiscard]] std::vector<std::string> judged() const {
    std::vector<std::string> all;
    for (std::uint64_t attempt = 1; attempt <= 4; ++attempt) {
      const auto end = page->end_of(attempt);
      const auto age = std::to_string(end.age.count());
      all.push_back(end.innocent           ? "innocent"
                    : !end.signal.empty()  ? end.signal
                    : end.overdue          ? "overdue " + age
                    : end.age.count() == 0 ? "nothing"
                                           : age);
    }
    return all;
  }
};

using words = std::vector<std::string>;

} // namespace

TEST_CASE("an end that nobody explains is that of the oldest attempt") {
  const three_attempts of;
  CHECK(of.judged() == words{"9000", "nothing", "nothing", "nothing"});
  of.page->slots[0].attempt = 0; // a claim has counted it
  CHECK(of.judged() == words{"nothing", "nothing", "nothing", "nothing"});
  of.page->slots[0].age_ms = 0; // it was over before the process ended
  CHECK(of.judged() == words{"nothing", "7000", "nothing", "nothing"});
}

TEST_CASE("a fatal signal is that of the attempt whose thread it struck, and of no other") {
  const three_attempts of;
  of.ends(how::struck, 1, SIGSEGV);
  CHECK(of.judged() == words{"nothing", "SIGSEGV", "nothing", "nothing"});
  of.ends(how::struck, crash_page::ending::no_slot, SIGABRT);
  CHECK(of.judged() == words{"nothing", "nothing", "nothing", "nothing"});
  of.ends(how::struck, 2, 0);
  CHECK(of.judged() == words{"nothing", "nothing", "exit() in its handler", "nothing"});
}

TEST_CASE("an end on purpose is nobody's, except of an attempt that was overdue") {
  for (const auto kind : {how::given_up, how::orderly}) {
    const three_attempts of;
    of.ends(kind);
    CHECK(of.judged() == words{"innocent", "innocent", "innocent", "innocent"});
    of.note(1, crash_page::overdue);
    CHECK(of.judged() == words{"innocent", "overdue 7000", "innocent", "innocent"});
  }
}

TEST_CASE("an attempt that was overdue is so after its return, and hides no other then") {
  const three_attempts of;
  of.note(0, crash_page::overdue);
  CHECK(of.judged() == words{"overdue 9000", "nothing", "nothing", "nothing"});
  of.note(0, crash_page::returned);
  CHECK(of.judged() == words{"overdue 9000", "7000", "nothing", "nothing"});
}

TEST_CASE("a process that was asked to end has no end to be blamed for, but for a signal") {
  const three_attempts of;
  of.page->asked = 1;
  CHECK(of.judged() == words{"innocent", "innocent", "innocent", "innocent"});
  of.ends(how::struck, 2, SIGBUS);
  CHECK(of.judged() == words{"nothing", "nothing", "SIGBUS", "nothing"});
}

TEST_CASE("the attempts of an engine that is stopped are not to blame, those of another are") {
  const three_attempts of;
  of.note(0, crash_page::stopping);
  of.page->slots[0].age_ms = 1;
  CHECK(of.judged() == words{"innocent", "7000", "nothing", "nothing"});
  of.ends(how::struck, 0, SIGSEGV);
  CHECK(of.judged() == words{"SIGSEGV", "nothing", "nothing", "nothing"});
  of.note(0, crash_page::left);
  CHECK(of.judged() == words{"innocent", "nothing", "nothing", "nothing"});
}
