#include "actors/wants.hpp"

#include <algorithm>
#include <set>

namespace waymark {

namespace {

/// The union of two lists of which an empty one means "all".
void join(std::vector<std::string>& into, const std::vector<std::string>& more) {
  if (into.empty())
    return;
  if (more.empty()) {
    into.clear();
    return;
  }
  std::set<std::string> all{into.begin(), into.end()};
  all.insert(more.begin(), more.end());
  into.assign(all.begin(), all.end());
}

void add_reader(wants& to, const std::string& type, const event_filter& filter,
                const event_codec* codec) {
  auto& list = to.readers[type];
  const auto same = [&](const wants::reader& r) { return r.codec == codec && r.filter == filter; };
  if (std::none_of(list.begin(), list.end(), same))
    list.push_back({filter, codec});
}

} // namespace

std::shared_ptr<const wants> join_wants(const std::map<std::string, spec_ptr>& specs) {
  auto result = std::make_shared<wants>();
  bool first = true;
  for (const auto& [name, spec] : specs) {
    const auto filter = spec->wanted();
    if (first) {
      result->filter = filter;
      first = false;
    } else {
      join(result->filter.event_types, filter.event_types);
      join(result->filter.aggregate_types, filter.aggregate_types);
      if (result->filter.tenant_id != filter.tenant_id)
        result->filter.tenant_id.reset();
    }
    for (const auto& [type, handler] : spec->handlers)
      add_reader(*result, type, spec->filter, handler.codec);
    for (const auto& type : spec->batch_types)
      add_reader(*result, type, spec->filter, spec->on_batch.codec);
  }
  return result;
}

void decode_wanted(const std::vector<event>& events, const wants& wanted, decoding_meter* meter) {
  for (auto i = events.size(); i-- > 0;) {
    const auto& e = events[i];
    const auto found = wanted.readers.find(e.event_type);
    if (found == wanted.readers.end())
      continue;
    if (meter)
      meter->at(i);
    for (const auto& reader : found->second)
      if (reader.filter.wants(e))
        static_cast<void>(e.data.decode(*reader.codec, e));
  }
}

} // namespace waymark
