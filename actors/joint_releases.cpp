#include "actors/joint_releases.hpp"

#include <utility>

namespace waymark {

void joint_releases::note(projection_store& store, const ownership& owned) {
  const auto in = group_of(store);
  const std::lock_guard lock{in->mutex};
  in->noted.insert_or_assign(owned.key, owned.epoch);
}

void joint_releases::release(projection_store& store, const ownership& owned) {
  const auto in = group_of(store);
  const std::lock_guard alone{in->asking};
  std::vector<ownership> all;
  {
    const std::lock_guard lock{in->mutex};
    const auto mine = in->noted.find(owned.key);
    if (mine == in->noted.end() || mine->second != owned.epoch)
      return; // another has done it
    if (in->alone) {
      all.push_back(owned);
      in->noted.erase(mine);
    } else {
      for (const auto& [key, epoch] : std::exchange(in->noted, {}))
        all.push_back({key, epoch});
    }
  }
  try {
    return store.release(all);
  } catch (const std::exception&) {
    if (all.size() == 1)
      throw;
  }
  {
    const std::lock_guard lock{in->mutex};
    in->alone = true;
    for (const auto& each : all)
      if (each.key != owned.key)
        in->noted.emplace(each.key, each.epoch);
  }
  store.release({&owned, 1});
}

std::shared_ptr<joint_releases::group> joint_releases::group_of(projection_store& store) {
  const std::lock_guard lock{mutex_};
  auto& found = groups_[&store];
  if (!found)
    found = std::make_shared<group>();
  return found;
}

} // namespace waymark
