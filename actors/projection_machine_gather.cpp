#include "actors/projection_machine.hpp"

#include <algorithm>

namespace waymark {

/// The part of the page that has to be applied before the event at `position`.
page_ptr projection_machine::page_before(position_t position) const {
  auto part = std::make_shared<page>();
  part->after = page_->after;
  part->scanned_to = position - 1;
  part->head = page_->head;
  for (const auto& e : page_->events)
    if (e.position > passed_ && e.position < position)
      part->events.push_back(e);
  return part;
}

/// Whether what is left of the page is too little for a batch, and nothing speaks against a wait.
bool projection_machine::may_gather() const {
  const bool asked_for = options_.gathers && spec_->batch.max_wait.count() > 0;
  const bool alone = careful() || !failing_.attempts().empty() ||
                     failing_.discard_at() > passed_ || suspect_.poison_at() > passed_;
  const bool at_end = page_->scanned_to >= head_seen_ && page_->scanned_to > gathered_to_;
  if (!asked_for || alone || !at_end)
    return false;
  const auto left = std::count_if(page_->events.begin(), page_->events.end(),
                                  [this](const event& e) { return e.position > passed_; });
  return left > 0 && static_cast<std::size_t>(left) < spec_->batch.max_events;
}

/// True as long as the page waits for more.
bool projection_machine::gather(actions& out) {
  if (!gathering_ && may_gather()) {
    gathering_ = true;
    wait(out, spec_->batch.max_wait);
  }
  return gathering_;
}

/// What the log has by now, without waiting for it.
actions projection_machine::fetch_more() {
  fetching_ = true;
  return {todo::fetch{page_->scanned_to, ++fetch_token_, 0}};
}

void projection_machine::join(const page& more) {
  gathering_ = false;
  gathered_to_ = page_->scanned_to;
  if (more.after > page_->scanned_to || more.scanned_to <= page_->scanned_to)
    return;
  auto joined = std::make_shared<page>(more);
  joined->after = passed_;
  std::erase_if(joined->events, [this](const event& e) { return e.position <= page_->scanned_to; });
  const auto first = std::find_if(page_->events.begin(), page_->events.end(),
                                  [this](const event& e) { return e.position > passed_; });
  joined->events.insert(joined->events.begin(), first, page_->events.end());
  gathered_to_ = joined->scanned_to;
  page_ = std::move(joined);
}

} // namespace waymark
