#pragma once

#include "supervisors/engine_actors.hpp"

#include "persistence/memory/memory_projection_store.hpp"

#include <waymark/supervisors/engine.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

/// What a caller waits for: the events in [first, last] in some shards of a projection.
struct awaited {
  position_t first = 0; ///< 0: whether they were set aside is not asked.
  position_t last = 0;
  std::set<std::size_t> shards; ///< Empty: all of them.
};

/// What stands behind `engine`: shared by the files that implement it.
struct engine::implementation {
  implementation(store where, engine_options options);

  /// All shards of a started projection. @throws usage_error that lists the names there are.
  [[nodiscard]] std::vector<board_entry> shards_of(std::string_view name) const;

  [[nodiscard]] waymark::lag lag(const std::vector<board_entry>& shards) const;
  [[nodiscard]] projection_status status(const std::vector<board_entry>& shards) const;
  [[nodiscard]] projection_status examine(const std::vector<board_entry>& shards) const;
  [[nodiscard]] std::string explain(const std::vector<board_entry>& shards) const;

  // The steps of a start; `starting` is held.
  /// @throws usage_error for a bad spec or a name that is taken.
  void require_startable(const spec_ptr& spec) const;
  /// Notes its shards, so that they are claimed in one transaction with others; its tables are
  /// there.
  void claim_together(const spec_ptr& spec);
  void start_actors(const spec_ptr& spec);

  /// Where the records of a projection are kept.
  [[nodiscard]] std::shared_ptr<projection_store> records_for(const projection_spec& spec) const;

  /// Where letters of the projection may be, or of all of them.
  [[nodiscard]] std::vector<std::shared_ptr<projection_store>>
  stores_of(const std::optional<std::string>& projection) const;

  /// Sends a command to every shard. @returns those that have no actor that took it.
  std::vector<shard_key> command_all(std::string_view name, projection_command::kind what,
                                     const mandate& as = {});

  /// @throws timeout_error that says to ask again if there are shards that took no command.
  void require_taken(std::string_view name, const std::vector<shard_key>& deaf) const;

  /// Empty if it is not reached by the deadline.
  std::optional<wait_result> try_wait(std::string_view name, const awaited& what,
                                      std::chrono::steady_clock::time_point deadline) const;
  /// @throws timeout_error that explains.
  wait_result wait_for(std::string_view name, const awaited& what,
                       std::chrono::milliseconds timeout) const;

  [[nodiscard]] settle_report settle(settle_verb verb, const letter_selection& which,
                                     const settle_options& options);

  /// Whether one of the events in [first, last] was given up or parked.
  [[nodiscard]] bool set_aside(const std::vector<board_entry>& shards, position_t first,
                               position_t last) const;
  [[nodiscard]] bool is_set_aside(const std::vector<board_entry>& shards, const event& e) const;

  std::shared_ptr<engine_context> context;
  std::shared_ptr<projection_store> memory_records = make_memory_projection_store();
  std::mutex starting; ///< Held while a projection is started.
  engine_actors actors;
};

/// @throws call_inside_handler on a thread that runs a transactional handler.
void refuse_inside_handler(const char* what);

} // namespace waymark
