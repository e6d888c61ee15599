#include "node/event_reader.hpp"

#include <algorithm>
#include <utility>

namespace waymark::node {

namespace {

constexpr std::size_t piece_of_stream = 200;

} // namespace

event_reader::event_reader(event_store& log, event_selection wanted)
    : log_{log}, wanted_{std::move(wanted)} {
}

std::vector<event> event_reader::next() {
  return wanted_.stream ? next_of_stream() : next_of_log();
}

std::vector<event> event_reader::next_of_log() {
  event_filter filter;
  filter.event_types = wanted_.types;
  auto piece = log_.read_all(wanted_.after, {}, filter);
  wanted_.after = std::max(wanted_.after, piece.scanned_to);
  head_ = piece.head;
  at_end_ = wanted_.after >= head_;
  return std::move(piece.events);
}

std::vector<event> event_reader::next_of_stream() {
  head_ = log_.head();
  stream_range range;
  range.from_version = version_ + 1;
  range.limit = piece_of_stream;
  auto events = log_.read_stream(*wanted_.stream, range);
  at_end_ = events.size() < range.limit;
  if (!events.empty())
    version_ = events.back().aggregate_version;
  const auto unwanted = [this](const event& e) {
    const auto& types = wanted_.types;
    return e.position <= wanted_.after ||
           (!types.empty() && std::find(types.begin(), types.end(), e.event_type) == types.end());
  };
  events.erase(std::remove_if(events.begin(), events.end(), unwanted), events.end());
  return events;
}

void event_reader::wait(std::chrono::milliseconds timeout) {
  (void)log_.wait_for(head_, timeout);
}

} // namespace waymark::node
