#include "persistence/failure_json.hpp"

#include <nlohmann/json.hpp>

namespace waymark {

namespace {

using json = nlohmann::json;

std::string text_of(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// What stands in a row was written by a store; if somebody meddled, what can be read counts.
json parse(std::string_view text, json::value_t wanted) {
  auto result = json::parse(text, nullptr, false);
  return result.type() == wanted ? result : json(wanted);
}

template <class T>
T value(const json& from, const char* name) {
  const auto found = from.is_object() ? from.find(name) : from.end();
  if (found == from.end())
    return T{};
  try {
    return found->get<T>();
  } catch (const json::exception&) {
    return T{};
  }
}

std::int64_t micros(timestamp t) {
  return t.time_since_epoch().count();
}

timestamp time_at(const json& from) {
  return timestamp{std::chrono::microseconds{value<std::int64_t>(from, "at")}};
}

json list_of(const std::vector<failed_attempt>& attempts) {
  auto list = json::array();
  for (const auto& each : attempts) {
    list.push_back({{"at", micros(each.at)}, {"error", each.error}});
    if (each.round != 0)
      list.back()["round"] = each.round;
  }
  return list;
}

std::vector<failed_attempt> attempts_in(const json& list) {
  std::vector<failed_attempt> result;
  for (const auto& each : list)
    result.push_back({time_at(each), value<std::string>(each, "error"), value<int>(each, "round")});
  return result;
}

} // namespace

std::string failure_to_json(const stored_failure& why) {
  return text_of({{"position", why.position},
                  {"event_id", why.event_id.to_string()},
                  {"event_type", why.event_type},
                  {"attempts", why.attempts},
                  {"error", why.error},
                  {"at", micros(why.at)},
                  {"tries", list_of(why.tries)}});
}

stored_failure failure_from_json(std::string_view text) {
  const auto j = parse(text, json::value_t::object);
  stored_failure why;
  why.position = value<position_t>(j, "position");
  why.event_id = uuid::parse(value<std::string>(j, "event_id")).value_or(uuid{});
  why.event_type = value<std::string>(j, "event_type");
  why.attempts = value<int>(j, "attempts");
  why.error = value<std::string>(j, "error");
  why.at = time_at(j);
  why.tries = attempts_in(value<json>(j, "tries"));
  return why;
}

std::string attempts_to_json(const std::vector<failed_attempt>& attempts) {
  return text_of(list_of(attempts));
}

std::vector<failed_attempt> attempts_from_json(std::string_view text) {
  return attempts_in(parse(text, json::value_t::array));
}

} // namespace waymark
