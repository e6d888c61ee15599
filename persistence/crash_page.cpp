#include "persistence/crash_page.hpp"

#include <waymark/messages/hash.hpp>

#include <algorithm>
#include <string>

namespace waymark {

bool crash_page::any_attempt() const noexcept {
  return std::any_of(slots.begin(), slots.end(), [](const slot& s) { return s.attempt != 0; });
}

std::uint64_t crash_page::name_of(std::string_view owner, const shard_key& key,
                                  position_t position) {
  std::string text{owner};
  text += '\n' + to_string(key) + '\n' + std::to_string(position);
  return std::max<std::uint64_t>(fnv1a(text), 1);
}

} // namespace waymark
