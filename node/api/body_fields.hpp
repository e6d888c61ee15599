#pragma once

#include <waymark/messages/timestamp.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
#include <string>

/// The body of a request, read member by member: one that is unknown or of another kind is refused,
/// so that a slip of the pen never means something else than was meant.
namespace waymark::node {

/// One member. Each reader throws usage_error that names it and what it has to be.
class body_member {
 public:
  body_member(const std::string& name, const nlohmann::json& value) : name_{name}, value_{value} {}

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string some_text() const; ///< Not empty, since an empty condition is none.
  [[nodiscard]] bool flag() const;
  [[nodiscard]] std::int64_t number() const;
  [[nodiscard]] timestamp time() const; ///< As RFC 3339 has it.

 private:
  [[noreturn]] void refuse(const char* expected) const;
  const std::string& name_;
  const nlohmann::json& value_;
};

/// A member that a `Request` may have, and where it belongs.
template <class Request>
struct body_field {
  const char* name;
  void (*read)(Request& into, const body_member& from);
};

/// @throws usage_error that lists the members there are.
[[noreturn]] void refuse_member(const std::string& name, const std::string& known);

template <class Request>
const body_field<Request>& field_named(const std::string& name,
                                       std::span<const body_field<Request>> fields) {
  std::string known;
  for (const auto& each : fields) {
    if (name == each.name)
      return each;
    known += (known.empty() ? "" : ", ") + std::string{each.name};
  }
  refuse_member(name, known);
}

/// Reads all members of `body`, a JSON object; null counts as not there.
template <class Request>
void read_fields(const nlohmann::json& body, std::span<const body_field<Request>> fields,
                 Request& into) {
  for (const auto& [name, value] : body.items()) {
    const auto& field = field_named(name, fields);
    if (!value.is_null())
      field.read(into, {name, value});
  }
}

} // namespace waymark::node
