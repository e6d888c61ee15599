#include "node/sql/json_pointer.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace waymark::node {

namespace {

using nlohmann::json;

std::optional<std::string> unescape(std::string_view step) {
  std::string result;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      result += step[i];
      continue;
    }
    if (++i == step.size() || (step[i] != '0' && step[i] != '1'))
      return std::nullopt;
    result += step[i] == '0' ? '~' : '/';
  }
  return result;
}

/// An array's element; an index is digits without a leading zero.
const json* element(const json& array, const std::string& step) {
  std::size_t index = 0;
  const auto* const end = step.data() + step.size();
  const auto [rest, error] = std::from_chars(step.data(), end, index);
  if (error != std::errc{} || rest != end || (step.size() > 1 && step.front() == '0'))
    return nullptr;
  return index < array.size() ? &array[index] : nullptr;
}

} // namespace

std::optional<json_pointer> json_pointer::parse(std::string_view text) {
  json_pointer result;
  if (!text.empty() && text.front() != '/')
    return std::nullopt;
  while (!text.empty()) {
    text.remove_prefix(1);
    const auto end = text.find('/');
    auto step = unescape(text.substr(0, end));
    if (!step)
      return std::nullopt;
    result.steps_.push_back(std::move(*step));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  return result;
}

const json* json_pointer::find(const json& document) const {
  const json* at = &document;
  for (const auto& step : steps_) {
    if (at->is_object()) {
      const auto found = at->find(step);
      at = found == at->end() ? nullptr : &*found;
    } else if (at->is_array()) {
      at = element(*at, step);
    } else {
      at = nullptr;
    }
    if (!at)
      break;
  }
  return at;
}

} // namespace waymark::node
