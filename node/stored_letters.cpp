#include "node/stored_letters.hpp"

#include "node/move_checkpoint.hpp"
#include "persistence/letter_details.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

namespace waymark::node {

namespace {

constexpr std::size_t page = 500;

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

std::int64_t id_of(const dead_letter& letter) {
  return letter.id;
}

std::int64_t id_of(const settled_letter& letter) {
  return letter.letter_id;
}

/// Reads on behind the last number until there are `limit` that are wanted, or no more.
template <class Read, class Wanted>
auto gather(const projection_spec& of, std::size_t limit, const Read& read, const Wanted& wanted) {
  letter_query query;
  query.projection = of.name;
  query.limit = page;
  decltype(read(query)) result;
  for (bool more = true; more && result.size() < limit;) {
    auto some = read(query);
    more = some.size() == page;
    for (auto& each : some) {
      query.after_id = id_of(each);
      if (result.size() < limit && wanted(each))
        result.push_back(std::move(each));
    }
  }
  return result;
}

std::vector<dead_letter> letters_of(const recorded_projection& of, const letter_selection& which,
                                    std::size_t limit, letter_age age) {
  const bool any = age == letter_age::any;
  const auto generations = any ? std::map<shard_key, std::int64_t>{} : generations_of(of);
  const auto wanted = [&](const dead_letter& letter) {
    const auto now = generations.find(letter.key);
    return which.matches(letter) &&
           (any || (now != generations.end() && now->second == letter.generation));
  };
  return gather(
      *of.spec, limit, [&](const letter_query& query) { return of.in->letters(query); }, wanted);
}

bool has_parked(const recorded_projection& of, const letter_selection& which) {
  if (!which.is_about_keys())
    return false;
  for (int shard = 0; shard < of.spec->shards; ++shard)
    for (const auto& queue : of.in->parked_queues({of.spec->name, shard}))
      if (which.matches_key(queue.sequence_key))
        return true;
  return false;
}

} // namespace

std::vector<letter_details> stored_letters(const std::vector<recorded_projection>& of,
                                           const letter_selection& which, letter_age age,
                                           std::size_t limit) {
  std::vector<letter_details> result;
  for (const auto& each : named(of, which.projection))
    for (auto& letter : letters_of(each, which, limit - result.size(), age))
      result.push_back(details_of(*each.in, std::move(letter)));
  return result;
}

std::vector<settled_letter> stored_settlements(const std::vector<recorded_projection>& of,
                                               const letter_selection& which, std::size_t limit) {
  std::vector<settled_letter> result;
  for (const auto& each : named(of, which.projection)) {
    auto some = gather(
        *each.spec, limit - result.size(),
        [&](const letter_query& query) { return each.in->settled_letters(query); },
        [&](const settled_letter& letter) { return which.matches(letter); });
    std::move(some.begin(), some.end(), std::back_inserter(result));
  }
  return result;
}

letter_count count_letters(const std::vector<recorded_projection>& of,
                           const letter_selection& which) {
  letter_count count;
  for (const auto& each : named(of, which.projection))
    for (const auto& letter :
         letters_of(each, which, std::numeric_limits<std::size_t>::max(), letter_age::current)) {
      ++count.letters;
      count.newest = std::max(count.newest, letter.created_at);
    }
  return count;
}

letter_details stored_letter_of(const std::vector<recorded_projection>& of, std::int64_t id,
                                const std::optional<std::string>& projection) {
  std::vector<letter_details> found;
  for (const auto& each : named(of, projection))
    if (auto letter = each.in->letter(id); letter && letter->key.projection == each.spec->name)
      found.push_back(details_of(*each.in, *std::move(letter)));
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
    return letters_of(each, which, 1, letter_age::current).empty() && !has_parked(each, which);
  });
  return result;
}

} // namespace waymark::node
