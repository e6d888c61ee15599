#pragma once

#include "persistence/sqlite/connection.hpp"

#include <waymark/messages/append.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace waymark::sqlite {

/// Carries out a group of commands in the transaction that is open on a connection. Knows the rules
/// of an append; begins and commits nothing.
class append_group {
 public:
  /// Reads where the log ends. `now` dates the group, unless the log has a later date already.
  append_group(connection& on, timestamp now);

  [[nodiscard]] append_result append(const append_command& command);

  /// Position of the last event, this group's included.
  [[nodiscard]] position_t head() const noexcept { return head_; }
  [[nodiscard]] bool wrote() const noexcept { return wrote_; }

 private:
  struct place {
    position_t position;
    std::string aggregate_type;
    std::string aggregate_id;
    std::int64_t version;
  };

  [[nodiscard]] std::int64_t version_of(const stream_id& stream);
  [[nodiscard]] std::optional<place> find(const uuid& id);
  [[nodiscard]] std::optional<append_result> answer_for_known_ids(const append_command& command);
  [[nodiscard]] bool insert_all(const append_command& command, std::int64_t version);
  [[nodiscard]] int insert(const stream_id& stream, const new_event& e, position_t position,
                           std::int64_t version);
  void take_back(position_t after);

  connection& on_;
  statement& insert_;
  position_t head_ = 0;
  timestamp recorded_at_;
  bool wrote_ = false;
};

} // namespace waymark::sqlite
