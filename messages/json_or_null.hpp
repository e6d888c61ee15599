#pragma once

#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace waymark {

/// What may be missing as JSON: null without it.
template <class T>
[[nodiscard]] nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

[[nodiscard]] inline nlohmann::json or_null(const std::optional<uuid>& id) {
  return id ? nlohmann::json(id->to_string()) : nlohmann::json();
}

[[nodiscard]] inline nlohmann::json or_null(const std::optional<timestamp>& when) {
  return when ? nlohmann::json(to_string(*when)) : nlohmann::json();
}

[[nodiscard]] inline nlohmann::json or_null(const std::string& text) {
  return text.empty() ? nlohmann::json() : nlohmann::json(text);
}

} // namespace waymark
