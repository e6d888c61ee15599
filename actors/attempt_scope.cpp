#include "actors/attempt_scope.hpp"

#include <exception>
#include <utility>

namespace waymark {

namespace {

attempt_marker marker_for(const event& subject, std::optional<std::string> sequence_key) {
  attempt_marker marker;
  marker.position = subject.position;
  marker.event_id = subject.event_id;
  marker.sequence_key = std::move(sequence_key);
  return marker;
}

} // namespace

attempt_scope::attempt_scope(const apply_request& request, const event& subject,
                             std::optional<std::string> sequence_key)
    : request_{request}, marker_{marker_for(subject, std::move(sequence_key))},
      turn_{baton::of_process()} {
  try {
    fenced_ = request.store->begin_attempt(request.owner, marker_) == commit_status::fenced;
    open_ = !fenced_;
    if (open_ && !request.recorded_as.empty())
      record();
  } catch (...) {
    end_marker(); // it may be there: the reply may have been lost
    throw;
  }
}

void attempt_scope::record() {
  stack_.emplace();
  record_.emplace(request_.recorded_as, request_.owner.key, marker_.position);
  if (request_.unrecorded)
    if (const auto why = take_record_problem())
      (*request_.unrecorded)(*why);
}

attempt_scope::~attempt_scope() {
  if (record_ && !open_)
    record_->succeeded();
  record_.reset();
  stack_.reset();
  if (open_ && !was_overdue())
    end_marker();
}

bool attempt_scope::know_key(const std::string& sequence_key) {
  marker_.sequence_key = sequence_key;
  return request_.store->begin_attempt(request_.owner, marker_) == commit_status::committed;
}

bool attempt_scope::was_overdue() const noexcept {
  return request_.meter && request_.meter->overdue_at() == marker_.position;
}

void attempt_scope::end_marker() noexcept {
  try {
    request_.store->end_attempt(request_.owner);
  } catch (const std::exception&) {
    // the next claim finds its own marker, and does not count it
  }
}

} // namespace waymark
