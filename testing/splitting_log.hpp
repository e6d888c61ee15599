#pragma once

#include <waymark/persistence/event_store.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace waymark::testing {

/// An event_store in front of another one, which answers `read_all` with as many events as it is
/// told to, so that batches are split where a test wants them to be.
class splitting_log final : public event_store {
 public:
  /// @param next_size how many events the next page may have, at least 1.
  splitting_log(event_store& inner, std::function<std::size_t()> next_size)
      : inner_{inner}, next_size_{std::move(next_size)} {}

  const std::string& address() const noexcept override { return inner_.address(); }
  std::string log_id() override { return inner_.log_id(); }
  using event_store::append;
  std::vector<append_result> append(std::span<const append_command> group) override {
    return inner_.append(group);
  }
  std::vector<event> read_stream(const stream_id& stream, const stream_range& range) override {
    return inner_.read_stream(stream, range);
  }
  page read_all(position_t after, const read_limit& limit, const event_filter& filter) override;
  position_t head() override { return inner_.head(); }
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override {
    return inner_.wait_for(after, timeout);
  }
  std::optional<event_mark> mark_at(position_t position) override {
    return inner_.mark_at(position);
  }
  timestamp now() override { return inner_.now(); }

 private:
  event_store& inner_;
  std::function<std::size_t()> next_size_;
};

} // namespace waymark::testing
