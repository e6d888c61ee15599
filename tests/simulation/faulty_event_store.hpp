#pragma once

#include "tests/simulation/fault_plan.hpp"

#include <waymark/persistence/event_store.hpp>

#include <memory>
#include <type_traits>

namespace waymark::sim {

/// A log that fails as the plan says. Its answers are those of the log behind it.
class faulty_event_store final : public event_store {
 public:
  faulty_event_store(std::shared_ptr<event_store> real, fault_plan& plan)
      : real_{std::move(real)}, plan_{plan} {}

  using event_store::append;
  [[nodiscard]] const std::string& address() const noexcept override { return real_->address(); }
  [[nodiscard]] std::string log_id() override {
    return reading([&] { return real_->log_id(); });
  }
  std::vector<append_result> append(std::span<const append_command> group) override {
    plan_.before("append", true);
    auto results = real_->append(group);
    plan_.after("append");
    return results;
  }
  [[nodiscard]] std::vector<event> read_stream(const stream_id& stream,
                                               const stream_range& range) override {
    return reading([&] { return real_->read_stream(stream, range); });
  }
  [[nodiscard]] page read_all(position_t after, const read_limit& limit,
                              const event_filter& filter) override {
    return reading([&] { return real_->read_all(after, limit, filter); });
  }
  [[nodiscard]] position_t head() override {
    return reading([&] { return real_->head(); });
  }
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override {
    return real_->wait_for(after, timeout);
  }
  [[nodiscard]] std::optional<event_mark> mark_at(position_t position) override {
    return reading([&] { return real_->mark_at(position); });
  }
  [[nodiscard]] timestamp now() override { return real_->now(); }

 private:
  template <class Call>
  std::invoke_result_t<Call&> reading(Call call) {
    plan_.before("read the log");
    return call();
  }

  std::shared_ptr<event_store> real_;
  fault_plan& plan_;
};

} // namespace waymark::sim
