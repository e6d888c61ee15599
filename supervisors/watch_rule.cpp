#include "supervisors/watch_rule.hpp"

namespace waymark {

namespace {

using std::chrono::milliseconds;

bool reached(milliseconds time, milliseconds limit) noexcept {
  return limit.count() > 0 && time >= limit;
}

} // namespace

watch_verdict judge(const watch_facts& facts, const watch_limits& limits) noexcept {
  using work = watch_facts::work;
  if (facts.at == work::handling && reached(facts.lasts, limits.handler_timeout))
    return watch_verdict::overdue;
  const bool should_work =
      facts.state == projection_state::running || facts.state == projection_state::starting;
  if (!should_work || !reached(facts.unchanged, limits.stalled_after))
    return watch_verdict::fine;
  switch (facts.at) {
  case work::handling:
  case work::in_store:
    return reached(facts.lasts, limits.stalled_after) ? watch_verdict::stalled
                                                      : watch_verdict::fine;
  case work::waiting_for_session:
    return reached(facts.sessions_free, limits.stalled_after) ? watch_verdict::lost
                                                              : watch_verdict::fine;
  case work::returned:
    return reached(facts.lasts, limits.stalled_after) ? watch_verdict::lost : watch_verdict::fine;
  case work::none:
    break;
  }
  if (!facts.has_events && facts.state == projection_state::running)
    return watch_verdict::fine;
  if (reached(facts.reading, limits.stalled_after))
    return watch_verdict::log_away;
  return reached(facts.decoding, limits.stalled_after) ? watch_verdict::decoding
                                                       : watch_verdict::lost;
}

} // namespace waymark
