#include <waymark/messages/event_codec.hpp>

#include <waymark/messages/error.hpp>

#include <nlohmann/json.hpp>

namespace waymark {

namespace {

std::string encode_json(const void* object) {
  try {
    return static_cast<const nlohmann::json*>(object)->dump();
  } catch (const nlohmann::json::exception& e) {
    throw usage_error{std::string{"this can't be written as JSON: "} + e.what()};
  }
}

std::shared_ptr<const void> decode_json(const nlohmann::json& data) {
  return std::make_shared<const nlohmann::json>(data);
}

} // namespace

const event_codec& json_codec() {
  static const event_codec codec{"", "", 1, encode_json, decode_json, sizeof(nlohmann::json)};
  return codec;
}

} // namespace waymark
