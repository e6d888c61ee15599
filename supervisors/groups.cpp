#include "supervisors/groups.hpp"

namespace waymark {

const supervision* supervisor_of(const supervision& tree, const std::string& projection) noexcept {
  for (const auto& child : tree.children) {
    if (!child.is_supervisor() && child.name() == projection)
      return &tree;
    if (const auto* below =
            child.is_supervisor() ? supervisor_of(child.supervisor(), projection) : nullptr)
      return below;
  }
  return nullptr;
}

std::vector<std::string> supervisors_above(const supervision& tree, const std::string& projection) {
  for (const auto& child : tree.children) {
    if (!child.is_supervisor() || !supervisor_of(child.supervisor(), projection))
      continue;
    auto names = supervisors_above(child.supervisor(), projection);
    names.insert(names.begin(), child.name());
    return names;
  }
  return {projection}; // a supervisor if there are shards
}

} // namespace waymark
