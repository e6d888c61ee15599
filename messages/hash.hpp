#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark {

/// FNV-1a, 64 bits (Fowler, Noll, Vo; offset 14695981039346656037, prime 1099511628211). The same
/// on every machine and in every version: which shard a key belongs to is kept in stores.
/// Of a text in parts: with the hash of what comes before.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes,
                                            std::uint64_t before = 14695981039346656037u) noexcept {
  for (const char c : bytes)
    before = (before ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return before;
}

/// A hash as 16 hexadecimal digits.
[[nodiscard]] std::string hex(std::uint64_t hash);

} // namespace waymark
