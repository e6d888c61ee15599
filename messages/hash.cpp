#include <waymark/messages/hash.hpp>

namespace waymark {

std::uint64_t fnv1a(std::string_view bytes) noexcept {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : bytes)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

std::string hex(std::uint64_t hash) {
  std::string result;
  for (int shift = 60; shift >= 0; shift -= 4)
    result += "0123456789abcdef"[hash >> shift & 15];
  return result;
}

} // namespace waymark
