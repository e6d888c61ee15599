#include "actors/first_claims.hpp"

#include <iterator>
#include <utility>

namespace waymark {

void first_claims::add(projection_store& store, std::vector<claim_request> requests) {
  const auto to = group_of(store, true);
  const std::lock_guard lock{to->mutex};
  to->requests.insert(to->requests.end(), std::make_move_iterator(requests.begin()),
                      std::make_move_iterator(requests.end()));
}

std::optional<claim_result> first_claims::take(projection_store& store, const shard_key& key) {
  const auto from = group_of(store, false);
  if (!from)
    return std::nullopt;
  const std::lock_guard lock{from->mutex};
  if (!from->requests.empty()) {
    const auto requests = std::exchange(from->requests, {});
    auto answers = store.claim(requests);
    for (std::size_t i = 0; i < answers.size(); ++i)
      from->answers.insert_or_assign(requests[i].key, std::move(answers[i]));
  }
  auto found = from->answers.extract(key);
  if (found.empty())
    return std::nullopt;
  return std::move(found.mapped());
}

std::vector<ownership> first_claims::drop(projection_store& store,
                                          std::optional<std::string_view> projection) {
  const auto from = group_of(store, false);
  if (!from)
    return {};
  const auto is_meant = [&](const shard_key& key) {
    return !projection || key.projection == *projection;
  };
  std::vector<ownership> granted;
  const std::lock_guard lock{from->mutex};
  std::erase_if(from->requests, [&](const auto& request) { return is_meant(request.key); });
  std::erase_if(from->answers, [&](const auto& answer) {
    if (!is_meant(answer.first))
      return false;
    if (answer.second.state == claim_result::status::granted)
      granted.push_back({answer.first, answer.second.record.epoch});
    return true;
  });
  return granted;
}

std::shared_ptr<first_claims::group> first_claims::group_of(projection_store& store, bool make) {
  const std::lock_guard lock{mutex_};
  const auto found = groups_.find(&store);
  if (found != groups_.end())
    return found->second;
  return make ? groups_.emplace(&store, std::make_shared<group>()).first->second : nullptr;
}

} // namespace waymark
