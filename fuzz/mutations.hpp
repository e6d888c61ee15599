#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace fuzz {

/// Runs the target for so long over inputs that are made of the given ones by chance. The same seed
/// makes the same inputs. If one breaks the target, it is left in the file `found` and its seed is
/// told.
/// @returns how many there were.
std::int64_t run_mutations(const std::vector<std::string>& from, std::uint64_t seed,
                           std::chrono::milliseconds how_long, const char* found);

} // namespace fuzz
