#pragma once

#include "actors/append_queue.hpp"
#include "actors/board.hpp"
#include "actors/claimed_stores.hpp"
#include "actors/decoding_meter.hpp"
#include "actors/directory.hpp"
#include "actors/first_claims.hpp"
#include "actors/joint_releases.hpp"
#include "actors/pulse.hpp"
#include "supervisors/logger.hpp"
#include "supervisors/supervisor_event.hpp"

#include <waymark/supervisors/engine.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// What the engine and all of its actors share. It outlives an engine that had to leave actors
/// behind. Thread-safe.
class engine_context {
 public:
  engine_context(store where, engine_options options);

  const store where;
  const engine_options options;
  const std::string owner; ///< Who this engine is, in the owners' rows.
  const std::shared_ptr<board> shown = std::make_shared<board>();
  const std::shared_ptr<directory> others = std::make_shared<directory>();
  const std::shared_ptr<claimed_stores> claims = std::make_shared<claimed_stores>();
  const std::shared_ptr<first_claims> together = std::make_shared<first_claims>();
  const std::shared_ptr<joint_releases> releases = std::make_shared<joint_releases>();
  const std::shared_ptr<append_queue> queue;
  const std::shared_ptr<logger> log;
  const std::shared_ptr<pulse> reading = std::make_shared<pulse>(); ///< Of the log's reader.
  /// What the log's reader decodes.
  const std::shared_ptr<decoding_meter> decoding = std::make_shared<decoding_meter>();

  /// Notes that the supervised child `name` is the actor of `key`.
  void add_shard(const std::string& name, const shard_key& key);
  /// Forgets a projection's children; gives their keys.
  std::vector<shard_key> remove_shards(const std::string& projection);
  /// The name of the child that is the actor of `key`; empty if there is none.
  [[nodiscard]] std::string child_of(const shard_key& key) const;

  /// Logs and publishes what a supervisor of projections or shards tells.
  void observe(const supervisor_event& what) const;
  /// Logs what a supervisor of the engine's own actors tells.
  void observe_inner(const supervisor_event& what) const;

 private:
  void observe(const supervisor_event& what, const std::vector<shard_key>& keys) const;
  /// The shards whose actor is `name`, or stands under the supervisor of that name.
  [[nodiscard]] std::vector<shard_key> shards_below(const std::string& name) const;

  mutable std::mutex mutex_;
  std::map<std::string, shard_key> shards_; ///< By the name of the child.
};

} // namespace waymark
