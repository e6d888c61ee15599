#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/messages/append.hpp>

#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace waymark::postgres {

/// One call of the server's append function with some of a group's commands. Every event has an id
/// here, given or made, so that the same call may be sent again when its answer was lost.
class append_call {
 public:
  /// Takes commands until one repeats an id of an earlier one, or there are many bytes. The
  /// function can't see ids of its own call.
  /// @param dated empty for the server's clock.
  append_call(std::span<const append_command* const> commands, std::optional<timestamp> dated);

  /// How many it has taken; at least one.
  [[nodiscard]] std::size_t size() const noexcept { return taken_.size(); }

  /// Carries them out in a transaction of its own; one answer per command.
  /// @throws store_error, also for what the server refuses in the whole.
  [[nodiscard]] std::vector<append_result> send(session& on);

  /// Whether `send` has written events, or may have.
  [[nodiscard]] bool wrote() const noexcept { return wrote_; }

  /// The answer of `send` is lost: if it has written, the next one won't say so.
  void lose_answer() noexcept { wrote_ = true; }

 private:
  struct command {
    const append_command* what;
    std::vector<uuid> ids;
  };
  [[nodiscard]] bool take(const append_command& what);
  void add(const command& each);
  [[nodiscard]] std::vector<append_result> results_of(const rows& answers, session& on);
  [[nodiscard]] append_result answer_for_known_ids(session& on, const command& each) const;

  std::vector<command> taken_;
  std::optional<timestamp> dated_;
  std::map<uuid, std::size_t> ids_;
  std::map<std::pair<std::string_view, std::string_view>, std::int32_t> streams_;
  std::size_t bytes_ = 0;
  bool wrote_ = false;

  array stream_types_{oid::text}, stream_ids_{oid::text};
  array command_streams_{oid::int4}, expected_{oid::int8}, counts_{oid::int4};
  array commands_{oid::int4}, event_ids_{oid::uuid}, types_{oid::text}, schemas_{oid::int4},
      times_{oid::timestamptz}, tenants_{oid::text}, actors_{oid::text}, correlations_{oid::text},
      causations_{oid::text}, metadata_{oid::text}, data_{oid::text};
};

} // namespace waymark::postgres
