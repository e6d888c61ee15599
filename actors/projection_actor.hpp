#pragma once

#include "actors/board.hpp"
#include "actors/caf.hpp"
#include "actors/directory.hpp"
#include "actors/projection_jobs.hpp"

#include <waymark/messages/mandate.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>

namespace waymark {

/// What an operator asks of a projection.
struct projection_command {
  enum class kind : std::uint8_t {
    pause,
    resume,
    discard,
    take_over,
    settle,
    hold,
    release_hold,
    begin_again
  };
  kind what = kind::resume;
  mandate as;
  settle_order_ptr order;  ///< For `settle`.
  position_t position = 0; ///< For `discard`: of the event that is to be passed.
  /// Kept as soon as the command has been taken; for `hold`, when nothing is under way any more.
  /// A projection that ends meanwhile keeps it too. Has a usage_error if the command was refused.
  std::shared_ptr<std::promise<void>> done;
};
using command_ptr = std::shared_ptr<projection_command>;

/// Everything the actor of one shard works with.
struct projection_services {
  projection_context context;
  std::string pool; ///< Role of the session pool that its jobs run in.
  /// Role of the pool for later saves, which must not wait behind handlers with outside effects.
  std::string save_pool;
  machine_options machine;
  std::chrono::milliseconds save_interval{5'000};
  std::shared_ptr<board> shown;
  std::shared_ptr<directory> others;
  std::function<void(const shard_key&, const todo::note&)> observer;
};

/// Carries out what the machine of one shard decides: fetches pages from the coordinator, has jobs
/// run on a session, waits by delayed messages, and publishes on the board. Pooled; never blocks.
/// It ends by itself when the store fails, to be started again by its supervisor; told to exit it
/// finishes its job and releases its claim first.
/// - (command_atom, command_ptr)
/// - (saved_atom, epoch, position), (fenced_atom, epoch) and (unsaved_atom, epoch, why) from the
///   checkpoint actor; (fenced_atom, epoch) also from who renews its claim
/// - (overdue_atom, id of a job, why) from the watchdog
caf::actor spawn_projection(caf::local_actor& host,
                            std::shared_ptr<const projection_services> with);

} // namespace waymark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(waymark::command_ptr)
