#include "persistence/crash_record.hpp"

#include "persistence/crash_page.hpp"
#include "persistence/crash_recorder.hpp"
#include "persistence/left_record.hpp"
#include "persistence/process_witness.hpp"

#include <exception>

namespace waymark {

recorded_attempt::recorded_attempt(std::string_view owner, const shard_key& key,
                                   position_t position) noexcept {
  try {
    slot_ = crash_recorder::of_process().open(owner, key, position);
  } catch (const std::exception&) { // no thread or no memory: nothing is noted
  }
}

recorded_attempt::~recorded_attempt() {
  if (slot_)
    crash_recorder::of_process().close(*slot_, had_effect_);
}

std::optional<std::string> take_record_problem() {
  return crash_recorder::of_process().take_problem();
}

void note_overdue(std::string_view owner, const shard_key& key, position_t position) {
  crash_recorder::of_process().note_overdue(owner, key, position);
}

void note_stop(std::string_view owner, stop_stage how_far) {
  crash_recorder::of_process().note_stop(
      owner, how_far == stop_stage::begun          ? crash_page::stopping
             : how_far == stop_stage::left_behind ? crash_page::stopping | crash_page::left
                                                  : 0);
}

end_on_purpose::end_on_purpose() { crash_recorder::of_process().begin_to_give_up(); }
end_on_purpose::~end_on_purpose() { crash_recorder::of_process().no_more_giving_up(); }

std::optional<process_end> find_process_end(std::string_view owner, const shard_key& key,
                                            position_t position) noexcept {
  try {
    if (const auto* witness = witness_of_processes.load(std::memory_order_relaxed))
      return witness->end_of(owner, key, position);
    left_record found{crash_record_path(owner)};
    const auto* page = found.read();
    if (!page)
      return std::nullopt;
    return page->end_of(crash_page::name_of(owner, key, position));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void forget_process_end(std::string_view owner, const shard_key& key,
                        position_t position) noexcept {
  if (witness_of_processes.load(std::memory_order_relaxed))
    return;
  try {
    left_record found{crash_record_path(owner)};
    if (found.lock())
      found.forget(crash_page::name_of(owner, key, position));
  } catch (const std::exception&) { // it goes when it is old
  }
}

} // namespace waymark
