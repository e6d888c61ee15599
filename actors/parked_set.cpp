#include "actors/parked_set.hpp"

#include <waymark/messages/hash.hpp>

namespace waymark {

namespace {

constexpr std::size_t keys_per_word = 8; ///< So at least eight bits for a key.
constexpr std::size_t least_words = 8;

} // namespace

parked_set::parked_set(std::initializer_list<std::pair<std::string, std::int64_t>> queues) {
  for (const auto& [key, events] : queues)
    set(key, events);
}

std::int64_t parked_set::events(const std::string& key) const {
  const auto found = queues_.find(key);
  return found == queues_.end() ? 0 : found->second;
}

void parked_set::set(const std::string& key, std::int64_t events) {
  if (events == 0) {
    gone_ += queues_.erase(key);
    if (gone_ > queues_.size())
      make_filter();
    return;
  }
  const auto [at, is_new] = queues_.insert_or_assign(key, events);
  if (!is_new)
    return;
  if (queues_.size() + gone_ > filter_.size() * keys_per_word)
    make_filter();
  else
    mark(key);
}

void parked_set::mark(const std::string& key) {
  const auto at = places(fnv1a(key));
  for (const auto place : {at.first, at.second})
    filter_[place / 64] |= std::uint64_t{1} << place % 64;
}

void parked_set::make_filter() {
  auto words = least_words;
  while (words * keys_per_word < 2 * queues_.size()) // room for as many changes as this costs
    words *= 2;
  filter_.assign(queues_.empty() ? 0 : words, 0);
  gone_ = 0;
  for (const auto& [key, events] : queues_)
    mark(key);
}

} // namespace waymark
