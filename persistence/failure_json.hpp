#pragma once

#include <waymark/messages/checkpoint.hpp>
#include <waymark/messages/dead_letter.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waymark {

/// The JSON text that stores keep of a failure and of a letter's attempts. Texts of errors may hold
/// anything; what is not UTF-8 in them is replaced.
[[nodiscard]] std::string failure_to_json(const stored_failure& why);
[[nodiscard]] stored_failure failure_from_json(std::string_view text);
[[nodiscard]] std::string attempts_to_json(const std::vector<failed_attempt>& attempts);
[[nodiscard]] std::vector<failed_attempt> attempts_from_json(std::string_view text);

} // namespace waymark
