#pragma once

#include "actors/apply.hpp"
#include "actors/letter_orders.hpp"
#include "actors/letter_schedule.hpp"
#include "actors/log_reader.hpp"
#include "actors/replay.hpp"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

namespace waymark {

/// What the machine of a projection wants done. Each answer comes back through the machine's `on_…`
/// member named with it.
namespace todo {
/// Run `claim_shard`; on_claim.
struct claim {
  bool take_over = false; ///< Whoever holds it.
};
/// Ask for the page behind `after`; on_page or on_fetch_failed, with `token`.
using fetch = page_request;
/// Run `apply` with `max_events`; on_applied.
struct apply {
  page_ptr events;
  std::size_t max_events = 0;
};
/// Run `give_up_event`; on_given_up.
struct give_up {
  page_ptr events; ///< Keeps `subject` alive.
  const event* subject = nullptr;
  dead_letter letter;
  bool park = false;
};
/// Run `replay`, or `try_replay` for a dry run; on_replayed.
struct replay {
  settle_order_ptr order;
  replay_task task;
  bool marked = true; ///< Under a marker, as replay.hpp has it.
};
/// Run the lot's `look`: what other processes' shards have parked counts too; on_looked.
struct look {};
/// An order that `settle` was given is done with: call its `done` with `report`; no answer.
using settled = settled_order;
/// Call on_letters_due with `token` after `delay`; nothing waits for it.
using retry_letters = letter_alarm;
/// Keep the reason of a standstill in the checkpoint row; on_failure_kept.
struct keep_failure {
  stored_failure why;
};
/// Save `to`, which no handler wanted, as the checkpoint's position; on_saved.
struct save_passed {
  position_t to = 0;
};
/// Hand an at-least-once position to whoever saves it; no answer.
struct save_later {
  checkpoint_advance advance;
};
/// Release the claim; on_released.
struct release {};
/// Call on_timer with `token` after `delay`.
struct wake {
  std::chrono::milliseconds delay{0};
  std::uint64_t token = 0;
};
/// A letter was committed; no answer.
struct announce_letter {
  dead_letter letter;
};
/// Something a person may want to know; no answer.
struct note {
  enum class level : std::uint8_t { info, warning, error };
  level severity = level::info;
  std::string what; ///< One word: start, retry, give_up, …
  std::string text;
};
/// Hold requested by a reset is reached: nothing is under way; no answer.
struct held {};
/// The actor ends; nothing comes after this.
struct end {
  enum class reason : std::uint8_t { normal, store_fault };
  reason why = reason::normal;
  std::string text;
};
} // namespace todo

using action = std::variant<todo::claim, todo::fetch, todo::apply, todo::give_up,
                            todo::replay, todo::look, todo::settled, todo::retry_letters,
                            todo::keep_failure, todo::save_passed, todo::save_later, todo::release,
                            todo::wake, todo::announce_letter, todo::note, todo::held, todo::end>;
using actions = std::vector<action>;

/// Puts `more` behind what is to be done.
template <class T>
void add(actions& out, std::vector<T> more) {
  out.insert(out.end(), std::move_iterator{more.begin()}, std::move_iterator{more.end()});
}

} // namespace waymark
