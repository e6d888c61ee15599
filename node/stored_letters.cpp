#include "node/stored_letters.hpp"

#include "node/move_checkpoint.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace waymark::node {

namespace {

constexpr std::size_t page = 500;

std::int64_t waiting_behind(const dead_letter& letter, projection_store& in) {
  const auto record = in.load(letter.key);
  if (!record || record->generation != letter.generation)
    return 0;
  const auto parked = in.parked_positions(letter.key, letter.sequence_key);
  return std::count_if(parked.begin(), parked.end(),
                       [&](position_t at) { return at > letter.position; });
}

std::vector<recorded_projection> named(const std::vector<recorded_projection>& of,
                                       const std::optional<std::string>& projection) {
  return projection ? std::vector{find(of, *projection)} : of;
}

/// The generation of each shard that has a record.
std::map<shard_key, std::int64_t> generations_of(const recorded_projection& of) {
  std::map<shard_key, std::int64_t> result;
  for (const auto& record : records_of(of))
    result[record.key] = record.generation;
  return result;
}

std::vector<dead_letter> letters_of(const recorded_projection& of, const letter_selection& which,
                                    std::size_t limit, bool history) {
  const auto generations = history ? std::map<shard_key, std::int64_t>{} : generations_of(of);
  const auto wanted = [&](const dead_letter& letter) {
    const auto now = generations.find(letter.key);
    return which.matches(letter) &&
           (history || (now != generations.end() && now->second == letter.generation));
  };
  std::vector<dead_letter> result;
  letter_query query;
  query.projection = of.spec->name;
  query.limit = page;
  for (bool more = true; more && result.size() < limit;) {
    auto some = of.in->letters(query);
    more = some.size() == page;
    for (auto& letter : some) {
      query.after_id = letter.id;
      if (result.size() < limit && wanted(letter))
        result.push_back(std::move(letter));
    }
  }
  return result;
}

bool has_parked(const recorded_projection& of, const letter_selection& which) {
  for (int shard = 0; shard < of.spec->shards; ++shard)
    for (const auto& queue : of.in->parked_queues({of.spec->name, shard}))
      if (which.matches_key(queue.sequence_key))
        return true;
  return false;
}

} // namespace

std::vector<stored_letter> stored_letters(const std::vector<recorded_projection>& of,
                                          const letter_selection& which, std::size_t limit) {
  std::vector<stored_letter> result;
  for (const auto& each : named(of, which.projection))
    for (auto& letter : letters_of(each, which, limit - result.size(), true)) {
      const auto waiting = waiting_behind(letter, *each.in);
      result.push_back({std::move(letter), waiting});
    }
  return result;
}

std::size_t count_letters(const std::vector<recorded_projection>& of,
                          const letter_selection& which) {
  std::size_t count = 0;
  for (const auto& each : named(of, which.projection))
    count += letters_of(each, which, std::numeric_limits<std::size_t>::max(), false).size();
  return count;
}

stored_letter stored_letter_of(const std::vector<recorded_projection>& of, std::int64_t id,
                               const std::optional<std::string>& projection) {
  std::vector<stored_letter> found;
  for (const auto& each : named(of, projection))
    if (auto letter = each.in->letter(id); letter && letter->key.projection == each.spec->name)
      found.push_back({*letter, waiting_behind(*letter, *each.in)});
  if (found.empty())
    throw usage_error{"there is no letter " + std::to_string(id)};
  if (found.size() > 1)
    throw usage_error{"several databases have a letter " + std::to_string(id) +
                      "; name its projection by --projection"};
  return found.front();
}

std::vector<recorded_projection> concerned_by(const std::vector<recorded_projection>& of,
                                              const letter_selection& which) {
  if (which.id)
    return {find(of, stored_letter_of(of, *which.id, which.projection).letter.key.projection)};
  auto result = named(of, which.projection);
  std::erase_if(result, [&](const recorded_projection& each) {
    return letters_of(each, which, 1, false).empty() && !has_parked(each, which);
  });
  return result;
}

} // namespace waymark::node
