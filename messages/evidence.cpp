#include <waymark/messages/evidence.hpp>

#include "messages/json_or_null.hpp"

namespace waymark {

using nlohmann::json;

const char* to_string(work_at_hand::stage at) noexcept {
  switch (at) {
  case work_at_hand::stage::waiting_for_session:
    return "waiting_for_session";
  case work_at_hand::stage::in_store:
    return "in_store";
  case work_at_hand::stage::handling:
    return "handling";
  }
  return "unknown";
}

void to_json(json& out, const work_at_hand& value) {
  out = json{{"projection", value.who.projection},
             {"shard", value.who.shard},
             {"stage", to_string(value.at)},
             {"lasts_ms", value.lasts.count()},
             {"position", value.position > 0 ? json(value.position) : json()},
             {"event_type", or_null(value.event_type)},
             {"event_id", or_null(value.event_id)}};
}

void to_json(json& out, const lock_wait& value) {
  out = json{{"session", value.session},
             {"application", or_null(value.application)},
             {"doing", or_null(value.doing)}};
}

void to_json(json& out, const projection_evidence& value) {
  out = json{{"work", or_null(value.work)},
             {"sessions_held_by", value.sessions_held_by},
             {"lock", or_null(value.lock)},
             {"busiest_handler", or_null(value.busiest_handler)},
             {"busiest_share", value.busiest_share},
             {"owner", or_null(value.owner)},
             {"fenced", value.fenced},
             {"failures_in_a_row", value.failures_in_a_row},
             {"next_try_at", or_null(value.next_try_at)},
             {"stalled", or_null(value.stalled)},
             {"unrecoverable", value.unrecoverable},
             {"stopped_before", or_null(value.stopped_before)},
             {"full", value.full},
             {"held", value.held},
             {"parked_since", or_null(value.parked_since)},
             {"last_appended_at", or_null(value.last_appended_at)},
             {"append_obstacle", or_null(value.append_obstacle)}};
}

} // namespace waymark
