#include "actors/projection_machine.hpp"

#include <utility>

namespace waymark {

using level = todo::note::level;

actions projection_machine::on_claim(claim_report report) {
  const bool take_over = std::exchange(taking_over_, false);
  if (!take_result() && !standing_.draining) // a drain has to release what was granted
    return next();
  actions out;
  using status = claim_report::status;
  switch (report.state) {
  case status::granted:
    begin_with(out, report);
    break;
  case status::held:
    aside_.leave();
    if (report.record.epoch > 0 && spec_->where != effect::memory) {
      record_ = std::move(report.record); // what the owner has committed can be waited for here too
      passed_ = record_.position;
    }
    if (take_over) { // asked for while this claim was under way
      taking_over_ = true;
      standing_.go_on();
      break;
    }
    if (standing_.how != stand::standing_by)
      note(out, level::info, "standby", report.detail);
    standing_.still(stand::standing_by, report.detail);
    wait(out, options_.standby_poll);
    break;
  case status::refused:
    fail(out, report.detail);
    break;
  case status::diverged:
    last_error_ = report.detail;
    record_ = std::move(report.record);
    passed_ = record_.position;
    standing_.still(stand::diverged, report.detail);
    note(out, level::error, "diverged", report.detail);
    break;
  case status::projection_fault:
    fail(out, report.detail);
    break;
  case status::store_fault:
    if (options_.stall)
      options_.stall->forget();
    return end_for_store(report.detail);
  }
  go_on(out);
  return out;
}

/// The shard is its own now, and stands where the record says.
void projection_machine::begin_with(actions& out, claim_report& report) {
  claimed_ = true;
  state_in_doubt_ = false;
  fenced_by_other_ = false;
  record_ = std::move(report.record);
  passed_ = record_.position;
  aside_.take(std::move(report.parked), report.set_aside);
  schedule_.forget_all();
  log_.begin();
  if (standing_.how == stand::standing_by)
    standing_.how = stand::none;
  standing_.why.clear();
  if (record_.failure) {
    failing_.forget_discard();
    standing_.still(stand::stopped, "stopped before " + record_.failure->event_type +
                                        " at position " +
                                        std::to_string(record_.failure->position) + ": " +
                                        record_.failure->error + "; resume or discard it");
  }
  replay_unfinished(out, report);
  note(out, level::info, "start",
       "starts after position " + std::to_string(passed_) + ", epoch " +
           std::to_string(record_.epoch));
  take_care(out, report);
}

/// The job under way has come back. False if it was begun before its claim was lost.
bool projection_machine::take_result() {
  job_ = job::none;
  if (stale_job_)
    standing_.overdue.reset();
  return !std::exchange(stale_job_, false);
}

void projection_machine::lose_claim() {
  claimed_ = false;
  aside_.leave();
  stale_job_ = job_ != job::none;
  page_.forget();
  log_.forget_request();
  failing_.forget();
  was_fenced_ = false;
  suspect_.forget();
  caution_.reset();
}

/// Claims from scratch, which compares the checkpoint with the log.
actions projection_machine::claim_again() {
  lose_claim();
  actions out;
  add(out, orders_.end_all("the log was replaced"));
  go_on(out);
  return out;
}

actions projection_machine::fenced() {
  job_ = job::none;
  standing_.overdue.reset();
  lose_claim();
  fenced_by_other_ = true;
  actions out;
  add(out, orders_.end_all("has lost its claim to another owner, or was reset"));
  standing_.still(stand::standing_by, "another owner has claimed it");
  note(out, level::warning, "fenced",
       "has lost its claim to another owner, or was reset; stands by");
  wait(out, options_.standby_poll);
  go_on(out);
  return out;
}

actions projection_machine::on_fenced() {
  if (!claimed_ || standing_.ended)
    return {};
  was_fenced_ = true; // whatever is under way ends first
  return next();
}

actions projection_machine::on_unsaved(const std::string& why) {
  if (!claimed_ || standing_.ended)
    return {};
  trouble_ = "the checkpoint can't be saved: " + why;
  return next();
}

} // namespace waymark
