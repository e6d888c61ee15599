#pragma once

#include "node/recorded_projections.hpp"

#include <waymark/messages/letter_settlement.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Dead letters as the stores have them, whether a node runs or not.
namespace waymark::node {

enum class letter_age : std::uint8_t {
  current, ///< Those that can be settled.
  any      ///< Those of before a reset too.
};

/// The letters that a selection matches, by projection, oldest first, at most `limit` in all. A
/// selection that names nothing means all.
/// @throws usage_error for a projection that is not there.
[[nodiscard]] std::vector<letter_details>
stored_letters(const std::vector<recorded_projection>& of, const letter_selection& which,
               letter_age age, std::size_t limit);

/// The records of letters that were settled and that a selection matches, by projection, lowest
/// number first, at most `limit` in all; its times are those of the settlement.
/// @throws usage_error for a projection that is not there.
[[nodiscard]] std::vector<settled_letter>
stored_settlements(const std::vector<recorded_projection>& of, const letter_selection& which,
                   std::size_t limit);

struct letter_count {
  std::size_t letters = 0;
  timestamp newest{}; ///< When the last of them was written.
};

/// How many match that can still be settled. @throws usage_error like `stored_letters`.
[[nodiscard]] letter_count count_letters(const std::vector<recorded_projection>& of,
                                         const letter_selection& which);

/// The one of a number. @throws usage_error if there is none, or several in different databases.
[[nodiscard]] letter_details stored_letter_of(const std::vector<recorded_projection>& of,
                                              std::int64_t id,
                                              const std::optional<std::string>& projection);

/// The projections in which something matches: a letter, or a key that is parked.
[[nodiscard]] std::vector<recorded_projection>
concerned_by(const std::vector<recorded_projection>& of, const letter_selection& which);

} // namespace waymark::node
