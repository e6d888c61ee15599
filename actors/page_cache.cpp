#include "actors/page_cache.hpp"

namespace waymark {

page_ptr page_cache::find(position_t after) const {
  for (auto it = pages_.rbegin(); it != pages_.rend(); ++it)
    if (it->content->after <= after && after < it->content->scanned_to)
      return it->content;
  return nullptr;
}

void page_cache::add(page_ptr fresh) {
  kept entry{std::move(fresh), 0};
  for (const auto& e : entry.content->events)
    entry.bytes += size_bytes(e);
  bytes_ += entry.bytes;
  pages_.push_back(std::move(entry));
  while (pages_.size() > 1 && bytes_ > max_bytes_) {
    bytes_ -= pages_.front().bytes;
    pages_.pop_front();
  }
}

void page_cache::clear() {
  pages_.clear();
  bytes_ = 0;
}

} // namespace waymark
