#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark {

/// FNV-1a, 64 bits (Fowler, Noll, Vo; offset 14695981039346656037, prime 1099511628211). The same
/// on every machine and in every version: which shard a key belongs to is kept in stores.
[[nodiscard]] std::uint64_t fnv1a(std::string_view bytes) noexcept;

/// A hash as 16 hexadecimal digits.
[[nodiscard]] std::string hex(std::uint64_t hash);

} // namespace waymark
