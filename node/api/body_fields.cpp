#include "node/api/body_fields.hpp"

#include <waymark/messages/error.hpp>

#include <limits>

namespace waymark::node {

void body_member::refuse(const char* expected) const {
  throw usage_error{"\"" + name_ + "\" has to be " + expected};
}

std::string body_member::text() const {
  if (!value_.is_string())
    refuse("a string");
  return value_.get<std::string>();
}

std::string body_member::some_text() const {
  if (!value_.is_string() || value_.get_ref<const std::string&>().empty())
    refuse("a string that is not empty");
  return value_.get<std::string>();
}

bool body_member::flag() const {
  if (!value_.is_boolean())
    refuse("true or false");
  return value_.get<bool>();
}

std::int64_t body_member::number() const {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool too_big = value_.is_number_unsigned() && value_.get<std::uint64_t>() > most;
  if (!value_.is_number_integer() || too_big)
    refuse("a whole number");
  return value_.get<std::int64_t>();
}

timestamp body_member::time() const {
  const auto time = value_.is_string() ? parse_timestamp(value_.get<std::string>()) : std::nullopt;
  if (!time)
    refuse("a time as RFC 3339 has it");
  return *time;
}

void refuse_member(const std::string& name, const std::string& known) {
  throw usage_error{"there is no member \"" + name + "\"; there are " + known};
}

} // namespace waymark::node
