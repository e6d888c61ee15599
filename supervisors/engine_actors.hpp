#pragma once

#include "actors/caf.hpp"
#include "actors/projection_actor.hpp"
#include "supervisors/engine_context.hpp"
#include "supervisors/supervisor_actor.hpp"

#include <waymark/supervisors/child_snapshot.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace waymark {

/// The engine's actors and the tree that supervises them:
/// root [ sessions, log [ event_log, append ], coordinator, checkpoint, dead_letter, projections ].
/// Thread-safe.
class engine_actors {
 public:
  explicit engine_actors(std::shared_ptr<engine_context> context);
  ~engine_actors();

  // Whatever asks a supervisor throws not_possible_now if that does not answer.

  /// Starts the actors of a projection, or leaves nothing of it. @throws usage_error if they could
  /// not be added.
  void add(const spec_ptr& spec, const std::shared_ptr<projection_store>& records,
           const std::shared_ptr<memory_state>& state);

  /// @throws usage_error if they have been stopped.
  void require_running() const { static_cast<void>(running()); }

  /// Ends the actors of a projection in good order. `records` is where its records are kept.
  void remove(const std::string& projection, projection_store& records);

  /// Starts those shards of a projection again whose actors are gone: given up by a supervisor, or
  /// backing off.
  void restart(const std::string& projection, const std::vector<shard_key>& shards);

  /// Sends a command to one shard. @returns false if no actor took it within 10 s.
  /// @throws usage_error if the projection has refused it.
  bool command(const shard_key& key, projection_command what);

  /// The whole tree as it is now.
  [[nodiscard]] child_snapshot tree() const;

  /// Has letters of one shard settled; `order->done` is called with what came of it, or destroyed
  /// uncalled if the actor ends first.
  void settle(const shard_key& key, settle_order_ptr order);

  /// Tells the appender that the queue has something.
  void wake_append();

  /// Stops everything in reverse order. @returns false if that was not done by the deadline; the
  /// actors are left behind then.
  bool stop(std::chrono::milliseconds deadline);

 private:
  struct host;

  /// Kept alive by whoever uses it, so that a `stop` meanwhile does no harm.
  /// @throws usage_error after `stop`.
  [[nodiscard]] std::shared_ptr<host> running() const;
  /// The root has ended by itself: says so, and lets nobody wait for what does not come.
  static void on_root_lost(engine_context& context, const std::string& why);
  [[nodiscard]] std::string pool_for(const std::shared_ptr<projection_store>& records,
                                     effect where);
  /// Forgets a projection whose actors have ended, or were never there.
  void forget(const std::string& projection, projection_store& records);
  /// Has the claims in `records` renewed from now on.
  void renew_in(const std::shared_ptr<projection_store>& records);
  [[nodiscard]] static caf::actor supervisor_named(host& in, const std::string& name);
  static void add_child(host& in, const std::string& supervisor, child_spec child);
  [[nodiscard]] static bool is_up(host& in, const caf::actor& supervisor, const std::string& name);
  void start_supervisors_above(host& in, const caf::actor& top,
                               const std::string& projection) const;
  bool restart_child(host& in, const caf::actor& supervisor, const std::string& name) const;

  const std::shared_ptr<engine_context> context_;
  mutable std::mutex mutex_; ///< Guards pools_, renewed_ and host_.
  std::mutex stopping_;      ///< Held by whoever stops.
  std::map<std::pair<std::shared_ptr<projection_store>, bool>, std::string> pools_;
  std::set<std::shared_ptr<projection_store>> renewed_;
  std::shared_ptr<host> host_;
  bool stopped_well_ = true;
};

} // namespace waymark
