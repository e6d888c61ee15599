#include "node/configuration/field.hpp"

#include "messages/text.hpp"
#include "node/configuration/durations.hpp"

#include <algorithm>
#include <cmath>

namespace waymark::node {

namespace {

constexpr double exact_in_double = 9007199254740992.0;

std::string range(std::string_view what, std::int64_t min, std::int64_t max) {
  auto result = std::string{what} + " of at least " + std::to_string(min);
  if (max < std::numeric_limits<int>::max())
    result += " and at most " + std::to_string(max);
  return result;
}

std::string list(std::initializer_list<std::string_view> names) {
  std::string result;
  for (const auto name : names)
    result.append(result.empty() ? "" : ", ").append(name);
  return result;
}

std::string short_number(double value) {
  auto text = ordered_json(value).dump();
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

} // namespace

void field::wrong(std::string what) const {
  in_->mistakes.push_back({path_, std::move(what)});
}

void field::expected(std::string_view wanted) const {
  std::string found;
  if (value_->is_object())
    found = "an object";
  else if (value_->is_array())
    found = "an array";
  else if (in_->from_environment.contains(path_))
    found = "another text (it comes from the environment)";
  else
    found = readable(value_->dump(-1, ' ', false, ordered_json::error_handler_t::replace), 80);
  wrong("expected " + std::string{wanted} + ", found " + found);
}

bool field::object() const {
  if (!value_->is_object())
    expected("an object");
  return value_->is_object();
}

bool field::object(std::initializer_list<std::string_view> known) const {
  if (!object())
    return false;
  for (const auto& [name, value] : value_->items())
    if (std::find(known.begin(), known.end(), name) == known.end())
      in_->mistakes.push_back(
          {path_to(path_, name), "is not known here; expected one of " + list(known)});
  return true;
}

std::optional<field> field::member(std::string_view name) const {
  const auto found = value_->find(std::string{name});
  if (found == value_->end())
    return std::nullopt;
  return field{*in_, *found, path_to(path_, name)};
}

std::optional<field> field::required(std::string_view name, std::string_view wanted) const {
  auto found = member(name);
  if (!found)
    in_->mistakes.push_back(
        {path_to(path_, name), "is missing; expected " + std::string{wanted}});
  return found;
}

std::vector<std::pair<std::string, field>> field::members() const {
  std::vector<std::pair<std::string, field>> result;
  for (const auto& [name, value] : value_->items())
    result.emplace_back(name, field{*in_, value, path_to(path_, name)});
  return result;
}

std::vector<field> field::elements(std::string_view wanted) const {
  std::vector<field> result;
  if (!value_->is_array())
    expected(wanted);
  else
    for (std::size_t i = 0; i < value_->size(); ++i)
      result.emplace_back(*in_, (*value_)[i], path_to(path_, i));
  return result;
}

std::optional<std::string> field::text(std::string_view wanted) const {
  if (value_->is_string() && !value_->get_ref<const std::string&>().empty())
    return value_->get<std::string>();
  expected(wanted);
  return std::nullopt;
}

std::optional<std::int64_t> field::whole(std::int64_t min, std::int64_t max) const {
  if (value_->is_number_float()) { // 1.0 is a whole number, for JSON Schema too
    const auto number = value_->get<double>();
    if (std::trunc(number) == number && number >= static_cast<double>(min) &&
        number <= static_cast<double>(max) && std::abs(number) < exact_in_double)
      return static_cast<std::int64_t>(number);
  }
  const bool fits = value_->is_number_integer() &&
                    !(value_->is_number_unsigned() && value_->get<std::uint64_t>() > INT64_MAX) &&
                    value_->get<std::int64_t>() >= min && value_->get<std::int64_t>() <= max;
  if (fits)
    return value_->get<std::int64_t>();
  expected(range("a whole number", min, max));
  return std::nullopt;
}

std::optional<double> field::number(double min, double max) const {
  if (value_->is_number() && value_->get<double>() >= min && value_->get<double>() <= max)
    return value_->get<double>();
  expected("a number from " + short_number(min) + " to " + short_number(max));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> field::duration(std::chrono::milliseconds min) const {
  const auto found = value_->is_string() ? parse_duration(value_->get_ref<const std::string&>())
                                         : std::nullopt;
  if (found && *found >= min)
    return found;
  if (!found && value_->is_string() && is_too_long(value_->get_ref<const std::string&>()))
    expected("a duration of at most 8784h, which is a year");
  else
    expected("a duration like \"250ms\", \"10s\", \"5m\" or \"1h\"" +
             (min.count() > 0 ? ", at least " + to_text(min) : std::string{}));
  return std::nullopt;
}

void field::read_duration(std::string_view name, std::chrono::milliseconds& into,
                          std::chrono::milliseconds min) const {
  if (const auto found = member(name))
    if (const auto v = found->duration(min))
      into = *v;
}

void field::read_flag(std::string_view name, bool& into) const {
  const auto found = member(name);
  if (found && found->value().is_boolean())
    into = found->value().get<bool>();
  else if (found)
    found->expected("true or false");
}

void field::read_number(std::string_view name, double& into, double min, double max) const {
  if (const auto found = member(name))
    if (const auto v = found->number(min, max))
      into = *v;
}

void field::read_text(std::string_view name, std::string& into, std::string_view wanted) const {
  if (const auto found = member(name))
    if (auto v = found->text(wanted))
      into = std::move(*v);
}

} // namespace waymark::node
