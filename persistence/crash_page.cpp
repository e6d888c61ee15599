#include "persistence/crash_page.hpp"

#include "persistence/fatal_signals.hpp"

#include <waymark/messages/hash.hpp>

#include <algorithm>
#include <string>

namespace waymark {

std::uint32_t crash_page::ending::packed() const noexcept {
  return static_cast<std::uint32_t>(how) | std::uint32_t{slot} << 8 | std::uint32_t{signal} << 16;
}

crash_page::ending crash_page::ending::of(std::uint32_t packed) noexcept {
  ending it;
  it.how = static_cast<kind>(packed & 0xff);
  it.slot = static_cast<std::uint8_t>(packed >> 8 & 0xff);
  it.signal = static_cast<std::uint8_t>(packed >> 16 & 0xff);
  return it;
}

bool crash_page::any_attempt() const noexcept {
  return std::any_of(slots.begin(), slots.end(), [](const slot& s) { return s.attempt != 0; });
}

process_end crash_page::end_of(std::uint64_t attempt) const {
  using how = ending::kind;
  process_end result;
  const auto ended = ending::of(end);
  const bool on_purpose = ended.how == how::given_up || ended.how == how::orderly;
  const auto* found = std::find_if(slots.begin(), slots.end(),
                                   [&](const slot& s) { return s.attempt == attempt; });
  if (found == slots.end()) {
    result.innocent = on_purpose || (ended.how == how::unsaid && asked != 0);
    return result;
  }
  const auto notes = found->notes.load();
  const std::chrono::milliseconds age{found->age_ms};
  if ((notes & overdue) != 0) {
    result.overdue = true;
    result.age = age;
  } else if ((notes & left) != 0) {
    result.innocent = true;
  } else if (ended.how == how::struck) {
    if (ended.slot == static_cast<std::size_t>(found - slots.begin()))
      result.signal = ended.signal != 0 ? signal_name(ended.signal) : "exit() in its handler";
  } else if (on_purpose || asked != 0 || (notes & stopping) != 0) {
    result.innocent = true;
  } else if (is_oldest(*found)) {
    result.age = age;
  }
  return result;
}

bool crash_page::is_oldest(const slot& one) const noexcept {
  return std::none_of(slots.begin(), slots.end(), [&](const slot& other) {
    return (other.notes & returned) == 0 && other.age_ms > one.age_ms;
  });
}

std::uint64_t crash_page::name_of(std::string_view owner, const shard_key& key,
                                  position_t position) {
  std::string text{owner};
  text += '\n' + to_string(key) + '\n' + std::to_string(position);
  return std::max<std::uint64_t>(fnv1a(text), 1);
}

} // namespace waymark
