#include "node/known_events.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace waymark::node {

namespace {

/// Reads pages as far as they are asked for, in order of position.
class known_events {
 public:
  explicit known_events(event_store& log) : log_{log} {}

  /// Null if there is no such position.
  const event* at(position_t position) {
    if (position > page_.scanned_to || position <= page_.after)
      page_ = log_.read_all(position - 1);
    const auto found = std::lower_bound(
        page_.events.begin(), page_.events.end(), position,
        [](const event& e, position_t wanted) { return e.position < wanted; });
    return found != page_.events.end() && found->position == position ? &*found : nullptr;
  }

 private:
  event_store& log_;
  page page_;
};

bool is_same_json(const std::string& a, const std::string& b) {
  using nlohmann::json;
  return a == b || json::parse(a, nullptr, false) == json::parse(b, nullptr, false);
}

std::string difference(const new_event& sent, const event& known) {
  const char* what = nullptr;
  if (sent.event_type != known.event_type)
    what = "with another type";
  else if (!is_same_json(sent.data.text(), known.data.text()))
    what = "with other data";
  return what == nullptr ? "" : describe(known) + " is in the log already, " + what;
}

} // namespace

std::map<std::size_t, std::string> find_other_events(event_store& log,
                                                     std::span<const append_command> commands,
                                                     std::span<const append_result> results) {
  std::vector<std::pair<position_t, std::size_t>> known;
  for (std::size_t i = 0; i < results.size(); ++i)
    if (results[i].state == append_result::status::appended && results[i].value.already_there)
      known.emplace_back(results[i].value.first_position, i);
  std::sort(known.begin(), known.end());
  std::map<std::size_t, std::string> others;
  known_events reader{log};
  for (const auto& [position, index] : known)
    if (const auto* const there = reader.at(position))
      if (auto what = difference(commands[index].events.front(), *there); !what.empty())
        others[index] = std::move(what);
  return others;
}

} // namespace waymark::node
