#pragma once

#include "tests/catch.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/supervisors/engine_fixture.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <csignal>
#include <memory>
#include <thread>

namespace waymark::test {

/// Two processes that both append, and both want the same projection.
class two_owners {
 public:
  static constexpr auto owner_timeout = 2s;

  explicit two_owners(const std::string& address)
      : store_{open(address)}, address_{address}, first_{start("first-")},
        second_{start("second-")} {
    CHECK(eventually([&] { return owner() != nullptr; }));
  }

  /// The one that has it, by the checkpoint row.
  [[nodiscard]] child_process* owner() const {
    const auto record = store_.projections->load({"revenue", 0});
    if (!record || !record->owner)
      return nullptr;
    const auto who = describe_instance(*record->owner) + " ";
    for (auto* const each : {first_.get(), second_.get()})
      if (who.find("pid " + std::to_string(each->pid()) + " ") != std::string::npos)
        return each;
    return nullptr;
  }
  [[nodiscard]] std::int64_t epoch() const {
    return store_.projections->load({"revenue", 0})->epoch;
  }

  /// How often it changes hands in `time`, while the owner of the beginning is frozen for `pause`.
  [[nodiscard]] std::int64_t changes_in(std::chrono::milliseconds time,
                                        std::chrono::milliseconds pause = 0ms) const {
    const auto before = epoch();
    auto* const frozen = pause > 0ms ? owner() : nullptr;
    if (frozen != nullptr) {
      frozen->send(SIGSTOP);
      std::this_thread::sleep_for(pause);
      frozen->send(SIGCONT);
    }
    std::this_thread::sleep_for(time);
    return epoch() - before;
  }

  /// Once both are gone: everything had its effect once.
  void check_whole() {
    first_.reset();
    second_.reset();
    engine_fixture test;
    engine it{open(address_), test.options()};
    it.start(shop::revenue());
    const auto head = it.head();
    CHECK(head > 20);
    REQUIRE(it.wait_until("revenue", head, patience) == wait_result::reached);
    CHECK(cents_of(it) == head);
  }

 private:
  [[nodiscard]] std::unique_ptr<child_process> start(const std::string& prefix) const {
    const auto timeout = std::chrono::milliseconds{owner_timeout}.count();
    auto made = std::make_unique<child_process>(
        "owner_child", std::vector<std::string>{address_, prefix, std::to_string(timeout)});
    made->read_to("ready");
    return made;
  }

  store store_;
  std::string address_;
  std::unique_ptr<child_process> first_;
  std::unique_ptr<child_process> second_;
};

} // namespace waymark::test
