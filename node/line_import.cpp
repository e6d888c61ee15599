#include "node/line_import.hpp"

#include "node/known_events.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace waymark::node {

namespace {

constexpr int pauses = 20;
constexpr std::chrono::milliseconds pause{100};

/// One of the group stands for the others: they have it from the same store in the same moment.
void require_served(const std::vector<append_result>& results) {
  for (const auto& each : results)
    if (each.state == append_result::status::failed)
      (void)each.value_or_throw();
}

} // namespace

void line_import::run(line_batches& from) {
  while (!options_.ended()) {
    const auto batch = from.next();
    if (!batch)
      return;
    const auto results = append(*batch);
    counts_.lines = batch->last_line;
    const auto others = find_other_events(log_, batch->commands, results);
    auto bad = batch->bad;
    for (std::size_t i = 0; i < results.size(); ++i)
      if (const auto other = others.find(i); other != others.end())
        bad.push_back({batch->lines[i], other->second});
      else if (!count(results[i]))
        bad.push_back({batch->lines[i], results[i].problem});
    tell(std::move(bad));
    options_.on_batch(counts_);
    if (stopped_)
      return;
  }
}

std::vector<append_result> line_import::append(const line_batch& batch) {
  if (batch.commands.empty())
    return {};
  for (int tried = 0;; ++tried) {
    try {
      auto results = log_.append(batch.commands);
      require_served(results);
      return results;
    } catch (const store_error&) {
      if (tried == pauses || options_.ended())
        throw;
    }
    std::this_thread::sleep_for(pause);
  }
}

/// @returns false if the log refused the event.
bool line_import::count(const append_result& result) {
  if (result.state != append_result::status::appended)
    return false;
  if (result.value.already_there) {
    ++counts_.already_there;
    return true;
  }
  ++counts_.appended;
  if (!counts_.first_position)
    counts_.first_position = result.value.first_position;
  counts_.last_position = result.value.last_position;
  return true;
}

void line_import::tell(std::vector<bad_line> bad) {
  std::sort(bad.begin(), bad.end(),
            [](const bad_line& a, const bad_line& b) { return a.line < b.line; });
  for (const auto& each : bad) {
    ++counts_.bad;
    stopped_ = options_.stop_at_bad;
    options_.on_bad(each);
  }
}

} // namespace waymark::node
