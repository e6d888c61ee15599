#include "apps/loss_harness/report.hpp"

#include <fstream>
#include <unordered_map>
#include <vector>

namespace waymark::loss {

namespace {

std::vector<sighting> read_file(const std::string& name) {
  std::vector<sighting> result;
  std::ifstream file{name, std::ios::binary};
  for (sighting each; file.read(reinterpret_cast<char*>(&each), sizeof each);)
    result.push_back(each);
  return result;
}

std::vector<sighting> of_writers(const settings& all, const std::string& what) {
  std::vector<sighting> result;
  for (int i = 0; i < all.writers; ++i)
    for (const auto& each : read_file(file_of(all, what, i)))
      result.push_back(each);
  return result;
}

/// One reader's sightings by event, its order looked at.
std::unordered_map<uuid, position_t> look_through(const std::vector<sighting>& seen, report& into) {
  std::unordered_map<uuid, position_t> places;
  position_t last = 0;
  for (const auto& each : seen) {
    if (!places.emplace(each.id, each.position).second)
      ++into.twice;
    if (each.position <= last)
      ++into.out_of_order;
    else
      into.holes += each.position - last - 1;
    last = each.position;
  }
  return places;
}

} // namespace

bool report::good() const noexcept {
  return events > 0 && lost + twice + out_of_order + holes + misplaced + undead == 0;
}

report compare(const settings& all) {
  report result;
  const auto acknowledged = of_writers(all, "acknowledged");
  const auto rolled_back = of_writers(all, "rolled-back");
  result.events = static_cast<std::int64_t>(acknowledged.size());
  for (int i = 0; i < all.readers; ++i) {
    const auto seen = look_through(read_file(file_of(all, "seen", i)), result);
    for (const auto& each : acknowledged) {
      const auto found = seen.find(each.id);
      if (found == seen.end())
        ++result.lost;
      else if (found->second != each.position)
        ++result.misplaced;
    }
    for (const auto& each : rolled_back)
      if (seen.contains(each.id))
        ++result.undead;
    if (seen.size() > acknowledged.size()) // somebody else writes, or an event was made up
      result.twice += static_cast<std::int64_t>(seen.size() - acknowledged.size());
  }
  return result;
}

} // namespace waymark::loss
