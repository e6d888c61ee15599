#pragma once

#include <waymark/messages/clock.hpp>
#include <waymark/persistence/event_store.hpp>

#include <condition_variable>
#include <deque>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace waymark {

/// A log in the memory of this process. Payloads stay the objects they were appended as.
class memory_event_store final : public event_store {
 public:
  /// `clk` must outlive the store.
  explicit memory_event_store(const clock& clk);

  using event_store::append;
  [[nodiscard]] const std::string& address() const noexcept override;
  [[nodiscard]] std::string log_id() override { return log_id_; }
  std::vector<append_result> append(std::span<const append_command> group) override;
  [[nodiscard]] std::vector<event> read_stream(const stream_id& stream,
                                               const stream_range& range) override;
  [[nodiscard]] page read_all(position_t after, const read_limit& limit,
                              const event_filter& filter) override;
  [[nodiscard]] position_t head() override;
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override;
  [[nodiscard]] std::optional<event_mark> mark_at(position_t position) override;
  [[nodiscard]] timestamp now() override { return clock_.now(); }

 private:
  struct stream_hash {
    std::size_t operator()(const stream_id& id) const noexcept;
  };

  append_result append_one(const append_command& command, timestamp now);
  [[nodiscard]] std::optional<append_result> answer_for_known_ids(const append_command& command);
  void store(const stream_id& stream, const new_event& e, std::vector<position_t>& versions,
             timestamp now);
  /// With the mutex held: copies what is wanted up to a position, until a bound is met.
  void fill(page& into, position_t up_to, std::size_t max_events, std::size_t max_bytes,
            const event_filter& filter) const;
  [[nodiscard]] const event& at(position_t position) const {
    return log_[static_cast<std::size_t>(position - 1)];
  }
  [[nodiscard]] position_t last() const noexcept { return static_cast<position_t>(log_.size()); }

  const clock& clock_;
  const std::string log_id_;

  std::shared_mutex mutex_; ///< Guards all below.
  std::deque<event> log_;   ///< The event at position p is log_[p - 1].
  std::unordered_map<stream_id, std::vector<position_t>, stream_hash> streams_;
  std::unordered_map<uuid, position_t> ids_;
  std::condition_variable_any grown_;
};

} // namespace waymark
