#include <waymark/messages/json_path.hpp>

#include <waymark/messages/append.hpp>

#include "messages/text.hpp"

#include <cmath>

namespace waymark::detail {

namespace {

using nlohmann::json;

/// How a value is called in a message: itself if it is short, else what it is.
std::string name_of(const json& value) {
  if (value.is_object())
    return "an object";
  if (value.is_array())
    return "an array";
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (const auto plus = text.find("e+"); value.is_number_float() && plus != std::string::npos)
    text.erase(plus + 1, 1);
  return readable(text, 60);
}

std::string integer_of(int bits, const char* sign) {
  const auto* article = bits == 8 && *sign == '\0' ? "an " : "a ";
  return (*sign == '\0' ? article : "an " + std::string{sign} + " ") + std::to_string(bits) +
         "-bit integer";
}

/// A whole number that was written with a point or an exponent, if a double holds it exactly.
bool is_exact_integer(const json& in) {
  constexpr double exact = 9007199254740992.0; // 2^53
  const auto* value = in.get_ptr<const double*>();
  return value != nullptr && std::abs(*value) <= exact && std::trunc(*value) == *value;
}

} // namespace

std::string json_path::text() const {
  if (outer_ == nullptr)
    return {};
  const auto before = outer_->text();
  if (is_index_)
    return before + '[' + std::to_string(index_) + ']';
  return before + (before.empty() ? "" : ".") + readable(name_, 60);
}

std::string json_path::describe() const {
  return outer_ == nullptr ? "the data" : "field " + text();
}

void json_path::missing() const {
  throw decode_error{describe() + " is missing"};
}

void json_path::unfit(const json& found, std::string_view wanted) const {
  throw decode_error{describe() + ": " + name_of(found) + " is not " + std::string{wanted}};
}

void json_path::unreadable(std::string_view problem) const {
  throw decode_error{describe() + ": " + readable(problem)};
}

void json_path::unwritable(std::string_view problem) const {
  throw usage_error{describe() + ": " + readable(problem)};
}

void json_path::unnamed_enumerator(std::int64_t value) const {
  unwritable(std::to_string(value) + " is not one of the values given to WAYMARK_ENUM");
}

void json_path::limit_depth() const {
  constexpr int max_depth = append_limits{}.max_json_depth;
  if (depth_ >= max_depth)
    throw usage_error{"the data is nested deeper than " + std::to_string(max_depth) + " levels"};
}

void require_utf8(std::string_view text, const json_path& path) {
  if (!is_utf8(text))
    path.unwritable("\"" + readable(text, 60) + "\" is not UTF-8");
}

void require_finite(double value, const json_path& path) {
  if (!std::isfinite(value))
    path.unwritable((std::isnan(value) ? "NaN" : "infinity") +
                    std::string{" can't be written as "} + "JSON");
}

std::int64_t read_signed(const json& in, std::int64_t min, std::int64_t max, int bits,
                         const json_path& path) {
  if (in.is_number_unsigned()) {
    if (const auto value = in.get<std::uint64_t>(); value <= static_cast<std::uint64_t>(max))
      return static_cast<std::int64_t>(value);
  } else if (in.is_number_integer() || is_exact_integer(in)) {
    if (const auto value = in.get<std::int64_t>(); value >= min && value <= max)
      return value;
  }
  path.unfit(in, integer_of(bits, ""));
}

std::uint64_t read_unsigned(const json& in, std::uint64_t max, int bits, const json_path& path) {
  if (in.is_number_unsigned()) {
    if (const auto value = in.get<std::uint64_t>(); value <= max)
      return value;
  } else if (in.is_number_integer() || is_exact_integer(in)) {
    const auto value = in.get<std::int64_t>();
    if (value >= 0 && static_cast<std::uint64_t>(value) <= max)
      return static_cast<std::uint64_t>(value);
  }
  path.unfit(in, integer_of(bits, "unsigned"));
}

double read_double(const json& in, double max, int bits, const json_path& path) {
  if (in.is_number()) {
    if (const auto value = in.get<double>(); std::abs(value) <= max)
      return value;
  }
  path.unfit(in, "a " + std::to_string(bits) + "-bit number");
}

bool read_bool(const json& in, const json_path& path) {
  const auto* value = in.get_ptr<const bool*>();
  if (value == nullptr)
    path.unfit(in, "true or false");
  return *value;
}

const std::string& text_in(const json& in, const json_path& path) {
  const auto* value = in.get_ptr<const std::string*>();
  if (value == nullptr)
    path.unfit(in, "a string");
  return *value;
}

const json::array_t& array_in(const json& in, const json_path& path) {
  const auto* value = in.get_ptr<const json::array_t*>();
  if (value == nullptr)
    path.unfit(in, "an array");
  return *value;
}

uuid read_uuid(const json& in, const json_path& path) {
  const auto id = uuid::parse(in.is_string() ? text_in(in, path) : "");
  if (!id)
    path.unfit(in, "a UUID");
  return *id;
}

timestamp read_timestamp(const json& in, const json_path& path) {
  const auto when = parse_timestamp(in.is_string() ? text_in(in, path) : "");
  if (!when)
    path.unfit(in, "a time as RFC 3339 writes it");
  return *when;
}

std::string dump_event(const json& data) {
  try {
    return data.dump();
  } catch (const json::exception& e) {
    throw usage_error{std::string{"this can't be written as JSON: "} + e.what()};
  }
}

} // namespace waymark::detail
