#include "actors/page_in_hand.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

const event* page_in_hand::find(position_t position) const noexcept {
  const auto found = std::find_if(page_->events.begin(), page_->events.end(),
                                  [=](const event& e) { return e.position == position; });
  return found == page_->events.end() ? nullptr : &*found;
}

page_ptr page_in_hand::part(position_t passed, position_t position) const {
  auto part = std::make_shared<page>();
  part->after = page_->after;
  part->scanned_to = position - 1;
  part->head = page_->head;
  for (const auto& e : page_->events)
    if (e.position > passed && e.position < position)
      part->events.push_back(e);
  return part;
}

void page_in_hand::take(page_ptr answer, position_t passed) {
  if (gathering_)
    join(*answer, passed);
  else if (answer->after <= passed && answer->scanned_to > passed)
    page_ = std::move(answer);
}

void page_in_hand::join(const page& more, position_t passed) {
  gathering_ = false;
  gathered_to_ = page_->scanned_to;
  if (more.after > page_->scanned_to || more.scanned_to <= page_->scanned_to)
    return;
  auto joined = std::make_shared<page>(more);
  joined->after = passed;
  std::erase_if(joined->events, [this](const event& e) { return e.position <= page_->scanned_to; });
  const auto first = std::find_if(page_->events.begin(), page_->events.end(),
                                  [=](const event& e) { return e.position > passed; });
  joined->events.insert(joined->events.begin(), first, page_->events.end());
  gathered_to_ = joined->scanned_to;
  page_ = std::move(joined);
}

void page_in_hand::let_go() noexcept {
  page_.reset();
  gathering_ = false;
}

void page_in_hand::forget() noexcept {
  let_go();
  gathered_to_ = 0;
}

bool page_in_hand::is_short(position_t passed, position_t head, std::size_t wanted) const noexcept {
  if (page_->scanned_to < head || page_->scanned_to <= gathered_to_)
    return false;
  const auto left = std::count_if(page_->events.begin(), page_->events.end(),
                                  [=](const event& e) { return e.position > passed; });
  return left > 0 && static_cast<std::size_t>(left) < wanted;
}

} // namespace waymark
