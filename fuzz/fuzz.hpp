#pragma once

#include <string_view>

namespace fuzz {

/// What a target defines: looks at one input, and calls `require` for what must hold of it.
void one_input(std::string_view input);

/// Ends the process with `claim` if it does not hold; the fuzzer keeps the input then.
void require(bool holds, const char* claim);

/// Whether this is a build with a planted bug, which the fuzzer must find.
#ifdef WAYMARK_FUZZ_CANARY
inline constexpr bool canary = true;
#else
inline constexpr bool canary = false;
#endif

} // namespace fuzz
