#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace waymark {

/// Whether objects and arrays in JSON `text` are nested deeper than `max_depth`. Exact for JSON;
/// for other text it answers true at least whenever a parser would get that deep before it stops.
[[nodiscard]] bool is_nested_deeper(std::string_view text, int max_depth) noexcept;

/// Says why `text` is not one JSON value of at most `max_depth`, or nothing. Reads the text without
/// building anything. A number outside the range of a double is refused.
[[nodiscard]] std::optional<std::string> find_json_mistake(std::string_view text, int max_depth);

/// Reads text that is nested no deeper than what an append allows.
/// @throws decode_error if `text` is anything else.
[[nodiscard]] nlohmann::json parse_json(std::string_view text);

} // namespace waymark
