#include <waymark/messages/evidence.hpp>

#include <nlohmann/json.hpp>

namespace waymark {

namespace {

using nlohmann::json;

template <class T>
json value_or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json time_or_null(const std::optional<timestamp>& when) {
  return when ? json(to_string(*when)) : json();
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

} // namespace

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
             {"event_type", text_or_null(value.event_type)},
             {"event_id", value.event_id ? json(value.event_id->to_string()) : json()}};
}

void to_json(json& out, const lock_wait& value) {
  out = json{{"session", value.session},
             {"application", text_or_null(value.application)},
             {"doing", text_or_null(value.doing)}};
}

void to_json(json& out, const projection_evidence& value) {
  out = json{{"work", value_or_null(value.work)},
             {"sessions_held_by", value.sessions_held_by},
             {"lock", value_or_null(value.lock)},
             {"busiest_handler", text_or_null(value.busiest_handler)},
             {"busiest_share", value.busiest_share},
             {"owner", value_or_null(value.owner)},
             {"fenced", value.fenced},
             {"failures_in_a_row", value.failures_in_a_row},
             {"next_try_at", time_or_null(value.next_try_at)},
             {"stalled", value_or_null(value.stalled)},
             {"unrecoverable", value.unrecoverable},
             {"stopped_before", value_or_null(value.stopped_before)},
             {"full", value.full},
             {"held", value.held},
             {"parked_since", time_or_null(value.parked_since)},
             {"last_appended_at", time_or_null(value.last_appended_at)},
             {"append_obstacle", text_or_null(value.append_obstacle)}};
}

} // namespace waymark
