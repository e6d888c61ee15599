#include <waymark/messages/hash.hpp>

namespace waymark {

std::string hex(std::uint64_t hash) {
  std::string result;
  for (int shift = 60; shift >= 0; shift -= 4)
    result += "0123456789abcdef"[hash >> shift & 15];
  return result;
}

} // namespace waymark
