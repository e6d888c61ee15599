#include <waymark/messages/event.hpp>

#include <waymark/messages/error.hpp>

#include "messages/json_text.hpp"

#include <nlohmann/json.hpp>

namespace waymark {

std::string to_string(const stream_id& stream) {
  return stream.aggregate_type + '/' + stream.aggregate_id;
}

nlohmann::json event::json() const {
  return parse_json(data.text());
}

const void* event::decoded(const event_codec& codec) const {
  if (event_type != codec.event_type)
    throw usage_error{describe(*this) + " is no \"" + codec.event_type +
                      "\": ask is<T>() before as<T>()"};
  const auto& found = data.decode(codec, *this);
  switch (found.state) {
  case decoded_payload::status::ok:
    break;
  case decoded_payload::status::undecodable:
    throw decode_error{describe(*this) + " can't be decoded: " + found.problem};
  case decoded_payload::status::newer_than_code:
  case decoded_payload::status::no_upcaster:
    throw projection_error{describe(*this) + " can't be decoded: " + found.problem};
  }
  return found.object.get();
}

std::string describe(const event& e) {
  return e.event_type + ' ' + e.event_id.to_string() + " at position " + std::to_string(e.position);
}

std::size_t size_bytes(const event& e) noexcept {
  const auto length = [](const std::optional<std::string>& text) {
    return text ? text->size() : std::size_t{0};
  };
  return sizeof(event) + e.event_type.size() + e.aggregate_type.size() + e.aggregate_id.size() +
         length(e.tenant_id) + length(e.actor_id) + length(e.correlation_id) +
         length(e.causation_id) + e.metadata.size() + e.data.size_bytes();
}

new_event json_event(std::string event_type, std::string json_text) {
  new_event result;
  result.event_type = std::move(event_type);
  result.data = payload::from_json(std::move(json_text));
  return result;
}

} // namespace waymark
