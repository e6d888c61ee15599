#include "node/sql/json_pointer.hpp"

#include "node/json_members.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <iterator>

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

/// An index is digits without a leading zero.
std::optional<std::size_t> index_in(const std::string& step) {
  std::size_t index = 0;
  const auto* const end = step.data() + step.size();
  const auto [rest, error] = std::from_chars(step.data(), end, index);
  if (error != std::errc{} || rest != end || (step.size() > 1 && step.front() == '0'))
    return std::nullopt;
  return index;
}

const json* element(const json& array, const std::string& step) {
  const auto index = index_in(step);
  return index && *index < array.size() ? &array[*index] : nullptr;
}

std::string_view element_text(std::string_view array, const std::string& step) {
  const auto elements = json_elements(array);
  const auto index = index_in(step);
  return index && *index < elements.size() ? elements[*index] : std::string_view{};
}

/// Of members with one name the last counts, as for the parser.
std::string_view member_text(std::string_view object, const std::string& step) {
  std::string_view result;
  for (const auto& each : json_members(object))
    if (each.name == step)
      result = each.value;
  return result;
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

std::string_view json_pointer::find_text(std::string_view text) const {
  for (const auto& step : steps_) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    const bool is_array = begin != std::string_view::npos && text[begin] == '[';
    text = is_array ? element_text(text, step) : member_text(text, step);
  }
  return text;
}

} // namespace waymark::node
