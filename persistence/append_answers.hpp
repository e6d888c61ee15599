#pragma once

#include <waymark/messages/append.hpp>

#include <optional>

namespace waymark {

/// The answers to an append command, in the same words from every store.
[[nodiscard]] append_result accepted(position_t first, position_t last, std::int64_t version);
[[nodiscard]] append_result conflict(const append_command& command, std::int64_t actual_version);
[[nodiscard]] append_result refused(const append_command& command, const std::string& mistake);

/// Decides what it means that the log has some of a command's ids already (guarantee G1). Told of
/// the command's events in order.
class known_ids {
 public:
  explicit known_ids(const append_command& command) : command_{command} {}

  void seen(const uuid& id, position_t position, const stream_id& stream, std::int64_t version);
  void not_seen();

  /// Nothing if no id is known: the command is new. All known, in this stream and order: the first
  /// answer again. Anything else: a duplicate, named.
  [[nodiscard]] std::optional<append_result> answer() const;

 private:
  const append_command& command_;
  std::size_t seen_ = 0;
  std::size_t not_seen_ = 0;
  appended first_answer_;
  std::string problem_; ///< First known id that does not fit.
};

} // namespace waymark
