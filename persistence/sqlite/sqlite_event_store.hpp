#pragma once

#include "persistence/sqlite/log_watch.hpp"

#include <waymark/persistence/event_store.hpp>

namespace waymark::sqlite {

/// The log in a SQLite file.
class sqlite_event_store final : public event_store {
 public:
  explicit sqlite_event_store(std::shared_ptr<database_handle> in);

  using event_store::append;
  [[nodiscard]] const std::string& address() const noexcept override;
  [[nodiscard]] std::string log_id() override;
  std::vector<append_result> append(std::span<const append_command> group) override;
  [[nodiscard]] std::vector<event> read_stream(const stream_id& stream,
                                               const stream_range& range) override;
  [[nodiscard]] page read_all(position_t after, const read_limit& limit,
                              const event_filter& filter) override;
  [[nodiscard]] position_t head() override { return watch_.head(); }
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override {
    return watch_.wait_for(after, timeout);
  }
  [[nodiscard]] std::optional<event_mark> mark_at(position_t position) override;
  [[nodiscard]] timestamp now() override { return handle_->options().clock->now(); }

 private:
  std::shared_ptr<database_handle> handle_;
  log_watch watch_;
};

} // namespace waymark::sqlite
