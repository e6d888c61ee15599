#pragma once

#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include "node/json_members.hpp"

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// How the values of an event's line are read; each complaint says which member, what it is, and
/// what was expected.
namespace waymark::node {

/// The line can't be an event; the text says why.
class line_mistake : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// @throws line_mistake "occurred_at: 17 is not `what`".
[[noreturn]] void wanted(const json_member& in, std::string_view what);

[[nodiscard]] std::string text_in(const json_member& in);
[[nodiscard]] uuid uuid_in(const json_member& in);
[[nodiscard]] timestamp time_in(const json_member& in);

/// A whole number from `least` to `most`, which `what` describes.
[[nodiscard]] std::int64_t integer_in(const json_member& in, std::int64_t least, std::int64_t most,
                                      std::string_view what);

/// The member of that name, or null.
[[nodiscard]] const json_member* find_member(const std::vector<json_member>& members,
                                             std::string_view name) noexcept;

/// @throws line_mistake naming the first of `names` that is not there, or null (`data` may be).
void require_members(const std::vector<json_member>& members,
                     std::initializer_list<std::string_view> names);

/// @throws line_mistake if a name occurs twice: nobody could say which of the two is meant.
void refuse_twins(const std::vector<json_member>& members);

} // namespace waymark::node
