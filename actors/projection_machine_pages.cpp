#include "actors/degraded_words.hpp"
#include "actors/projection_machine.hpp"

#include <utility>

namespace waymark {

using level = todo::note::level;

/// Pages in memory have a budget, so who stands, or waits for the next one, holds none.
void projection_machine::let_go_of_pages() {
  page_.let_go();
  applying_.reset();
}

void projection_machine::fetch_next(actions& out) {
  let_go_of_pages();
  if (log_.catches_up(passed_))
    note(out, level::info, "caught_up", "has caught up at position " + std::to_string(passed_));
  if (!log_.is_asking())
    out.emplace_back(log_.ask(passed_));
}

actions projection_machine::on_page(page_ptr events, std::uint64_t token) {
  if (!log_.expects(token) || standing_.ended)
    return {};
  if (standing_.how == stand::degraded)
    standing_.go_on();
  if (log_.take(*events, passed_))
    return claim_again();
  page_.take(std::move(events), passed_);
  return next();
}

actions projection_machine::on_fetch_failed(const std::string& why, std::uint64_t token) {
  if (!log_.expects(token) || standing_.ended)
    return {};
  log_.fail();
  page_.stop_gathering();
  actions out;
  const auto text = degraded_words::cant_read_log + why;
  if (standing_.goes_on())
    note(out, level::warning, "degraded", text);
  if (standing_.goes_on() || standing_.how == stand::degraded) {
    last_error_ = why;
    standing_.still(stand::degraded, text);
    wait(out, options_.fetch_retry);
  }
  return out;
}

/// Whether what is left of the page is too little for a batch, and nothing speaks against a wait.
bool projection_machine::may_gather() const {
  const bool asked_for = options_.gathers && spec_->batch.max_wait.count() > 0;
  const bool alone = careful() || !failing_.attempts().empty() || failing_.discard_at() > passed_ ||
                     suspect_.poison_at() > passed_;
  return asked_for && !alone && page_.is_short(passed_, log_.head_seen(), spec_->batch.max_events);
}

/// True as long as the page waits for more.
bool projection_machine::gather(actions& out) {
  if (!page_.is_gathering() && may_gather()) {
    page_.gather();
    wait(out, spec_->batch.max_wait);
  }
  return page_.is_gathering();
}

} // namespace waymark
