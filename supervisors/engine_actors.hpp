#pragma once

#include "actors/caf.hpp"
#include "actors/projection_actor.hpp"
#include "supervisors/engine_context.hpp"
#include "supervisors/supervisor_actor.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace waymark {

/// The engine's actors and the tree that supervises them:
/// root [ sessions, log [ event_log, append ], coordinator, checkpoint, dead_letter, projections ].
/// Thread-safe.
class engine_actors {
 public:
  explicit engine_actors(std::shared_ptr<engine_context> context);
  ~engine_actors();

  /// Starts the actors of a projection. @throws error if they could not be added.
  void add(const spec_ptr& spec, const std::shared_ptr<projection_store>& records,
           const std::shared_ptr<memory_state>& state);

  /// Ends the actors of a projection in good order.
  void remove(const std::string& projection);

  /// Starts again what a supervisor has given up, or what is backing off.
  void restart(const std::string& projection);

  /// Sends a command to one shard. @returns false if no actor took it within `timeout`.
  bool command(const shard_key& key, projection_command::kind what, const std::string& why,
               std::chrono::milliseconds timeout);

  /// Tells the appender that the queue has something.
  void wake_append();

  /// Stops everything in reverse order. @returns false if that was not done by the deadline; the
  /// actors are left behind then.
  bool stop(std::chrono::milliseconds deadline);

 private:
  struct host;

  /// @throws usage_error after `stop`.
  [[nodiscard]] host& running() const;
  [[nodiscard]] std::string pool_for(const std::shared_ptr<projection_store>& records,
                                     effect where);
  [[nodiscard]] caf::actor supervisor_named(const std::string& name) const;
  void add_child(const std::string& supervisor, child_spec child) const;

  const std::shared_ptr<engine_context> context_;
  std::mutex mutex_; ///< Guards pools_.
  std::map<std::pair<std::shared_ptr<projection_store>, bool>, std::string> pools_;
  std::unique_ptr<host> host_;
};

} // namespace waymark
