#pragma once

#include "persistence/postgres/database.hpp"
#include "persistence/postgres/page_reading.hpp"

#include <waymark/persistence/event_store.hpp>

namespace waymark::postgres {

/// The log in a PostgreSQL database.
class postgres_event_store final : public event_store {
 public:
  explicit postgres_event_store(std::shared_ptr<database> in) : in_{std::move(in)} {}

  using event_store::append;
  [[nodiscard]] const std::string& address() const noexcept override { return in_->where().shown; }
  [[nodiscard]] std::string log_id() override;
  std::vector<append_result> append(std::span<const append_command> group) override;
  [[nodiscard]] std::vector<event> read_stream(const stream_id& stream,
                                               const stream_range& range) override;
  [[nodiscard]] page read_all(position_t after, const read_limit& limit,
                              const event_filter& filter) override;
  [[nodiscard]] position_t head() override;
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override;
  [[nodiscard]] std::shared_ptr<void> call_on_foreign_append(std::function<void()> back) override;
  [[nodiscard]] std::string deafness() override;
  [[nodiscard]] std::optional<event_mark> mark_at(position_t position) override;
  [[nodiscard]] std::string append_obstacle() override;
  [[nodiscard]] bool is_replica() override;
  [[nodiscard]] timestamp now() override { return in_->now(); }

 private:
  std::shared_ptr<database> in_;
  page_reading pages_;
};

} // namespace waymark::postgres
