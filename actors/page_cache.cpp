#include "actors/page_cache.hpp"

#include <utility>

namespace waymark {

page_ptr page_cache::find(position_t after) const {
  for (auto it = pages_.rbegin(); it != pages_.rend(); ++it)
    if (!it->outdated && it->content->after <= after && after < it->content->scanned_to)
      return it->content;
  return nullptr;
}

void page_cache::add(page_ptr fresh) {
  kept entry{std::move(fresh), sizeof(page)};
  for (const auto& e : entry.content->events)
    entry.bytes += size_bytes(e);
  const auto bytes = entry.bytes;
  make_room(bytes);
  bytes_ += bytes;
  pages_.push_back(std::move(entry));
}

void page_cache::clear() {
  for (auto& each : pages_)
    each.outdated = true;
  make_room(0);
}

/// Somebody who lets go of a page meanwhile only makes this drop less than it could.
void page_cache::make_room(std::size_t bytes) {
  auto count = pages_.size();
  std::erase_if(pages_, [&](const kept& each) {
    const bool over = bytes_ + bytes > max_bytes_ || count >= max_pages;
    if (each.is_held() || !(each.outdated || over))
      return false;
    bytes_ -= each.bytes;
    --count;
    return true;
  });
}

std::size_t page_cache::room() const {
  std::size_t held = 0;
  for (const auto& each : pages_)
    if (each.is_held())
      held += each.bytes;
  return held < max_bytes_ ? max_bytes_ - held : 0;
}

} // namespace waymark
