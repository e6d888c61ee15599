#include <waymark/messages/page.hpp>

#include <algorithm>

namespace waymark {

namespace {

bool allows(const std::vector<std::string>& names, const std::string& name) noexcept {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

bool event_filter::wants(const event& e) const noexcept {
  return allows(event_types, e.event_type) && allows(aggregate_types, e.aggregate_type) &&
         (!tenant_id || tenant_id == e.tenant_id);
}

} // namespace waymark
