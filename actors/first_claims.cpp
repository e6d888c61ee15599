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
  const std::lock_guard alone{from->asking};
  ask(store, *from, key);
  const std::lock_guard lock{from->mutex};
  auto found = from->answers.extract(key);
  if (found.empty())
    return std::nullopt;
  return std::move(found.mapped());
}

// A process that dies before the release leaves claims of an owner that is provably dead.
void first_claims::ask(projection_store& store, group& of, const shard_key& asker) {
  std::vector<claim_request> requests;
  {
    const std::lock_guard lock{of.mutex};
    requests.swap(of.requests);
    of.asked.clear();
    for (const auto& each : requests)
      of.asked.insert(each.key);
  }
  if (requests.empty())
    return;
  auto answers = store.claim(requests);
  std::vector<ownership> unwanted;
  {
    const std::lock_guard lock{of.mutex};
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto& key = requests[i].key;
      if (key == asker || of.asked.count(key) > 0)
        of.answers.insert_or_assign(key, std::move(answers[i]));
      else if (answers[i].state == claim_result::status::granted)
        unwanted.push_back({key, answers[i].record.epoch});
    }
    of.asked.clear();
  }
  if (!unwanted.empty())
    store.release(unwanted);
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
  std::erase_if(from->asked, is_meant);
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
