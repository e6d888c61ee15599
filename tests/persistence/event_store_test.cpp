#include "tests/catch.hpp"

#include "tests/contract/event_store_contract.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <waymark/persistence/store.hpp>

namespace waymark::test {

namespace {

std::shared_ptr<event_store> in_memory(const clock& clk) {
  return open("memory:", {.clock = &clk}).events;
}

std::shared_ptr<event_store> in_file(const clock& clk) {
  auto folder = std::make_shared<temporary_folder>();
  auto events = open(folder->address(), {.clock = &clk}).events;
  return kept_in(std::move(folder), std::move(events));
}

/// Every call goes through a handle of the file that is opened for it and closed again.
class reopened_store final : public event_store {
 public:
  explicit reopened_store(const clock& clk) : options_{.clock = &clk} {}

  using event_store::append;
  [[nodiscard]] const std::string& address() const noexcept override { return address_; }
  [[nodiscard]] std::string log_id() override { return next()->log_id(); }
  std::vector<append_result> append(std::span<const append_command> group) override {
    return next()->append(group);
  }
  [[nodiscard]] std::vector<event> read_stream(const stream_id& stream,
                                               const stream_range& range) override {
    return next()->read_stream(stream, range);
  }
  [[nodiscard]] page read_all(position_t after, const read_limit& limit,
                              const event_filter& filter) override {
    return next()->read_all(after, limit, filter);
  }
  [[nodiscard]] position_t head() override { return next()->head(); }
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override {
    return next()->wait_for(after, timeout);
  }
  [[nodiscard]] std::optional<event_mark> mark_at(position_t position) override {
    return next()->mark_at(position);
  }
  [[nodiscard]] timestamp now() override { return options_.clock->now(); }

 private:
  std::shared_ptr<event_store> next() { return open(address_, options_).events; }

  temporary_folder folder_;
  std::string address_ = folder_.address();
  open_options options_;
};

std::shared_ptr<event_store> reopened(const clock& clk) {
  return std::make_shared<reopened_store>(clk);
}

} // namespace

WAYMARK_EVENT_STORE_CONTRACT("memory", in_memory)
WAYMARK_EVENT_STORE_CONTRACT("sqlite", in_file)
WAYMARK_EVENT_STORE_CONTRACT("sqlite, opened anew for every call", reopened)

TEST_CASE("what a store keeps can't be cut off by a copy of its base") {
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<event_store>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<projection_store>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<unit_of_work>);
}

TEST_CASE("what was recorded is as old as the store's clock says, and never less than 0") {
  manual_clock time;
  const auto log = in_memory(time);
  const auto then = log->now();
  time.advance(std::chrono::milliseconds{1'500});
  CHECK(seconds_since_recorded(*log, then) == 1.5);
  time.advance(std::chrono::seconds{-2});
  CHECK(seconds_since_recorded(*log, then) == 0.0);
}

} // namespace waymark::test
