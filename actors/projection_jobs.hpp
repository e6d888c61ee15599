#pragma once

#include "actors/first_claims.hpp"
#include "actors/joint_releases.hpp"
#include "actors/projection_machine.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace waymark {

/// Where the jobs of one shard are done, and for whom: what the machine itself need not know.
struct projection_context {
  spec_ptr spec;
  int shard = 0;
  std::shared_ptr<projection_store> store;
  std::shared_ptr<event_store> log; ///< Null if events are handed in by hand.
  std::shared_ptr<memory_state> state;
  std::string owner;
  std::chrono::milliseconds owner_timeout{10'000};
  const clock* time = &clock::system();
  bool record_crashes = false; ///< Whether careful attempts are recorded (crash_record.hpp).
  /// See apply_request.
  std::shared_ptr<const std::function<void(const std::string&)>> unrecorded{};
  std::shared_ptr<first_claims> together{}; ///< See claim_order.
  std::shared_ptr<joint_releases> releases{}; ///< Null, or how it is released with others.
};

/// What a job came to, ready to be told to the machine. Made on a session's thread, told on the
/// actor's.
using job_result = std::function<actions(projection_machine&)>;

/// A job with everything it needs bound into it, so that it can run on any thread. It never throws.
using job = std::function<job_result()>;

/// The job for an action that needs the store; empty for the others (fetch, wake, note, held, end,
/// save_later, announce_letter, settled, retry_letters). `machine` is only read before this
/// returns.
/// `meter`, if any, is told how far the job is.
[[nodiscard]] job make_job(const projection_context& context, const projection_machine& machine,
                           const action& what, std::shared_ptr<job_meter> meter = nullptr);

/// Saves an at-least-once position; `fenced` if the row has another epoch or position.
/// @throws store_error.
[[nodiscard]] commit_status save_position_of(const projection_context& context,
                                             const ownership& owner,
                                             const checkpoint_advance& advance);

} // namespace waymark
