#include "actors/projection_machine.hpp"

namespace waymark {

using level = todo::note::level;

namespace {

constexpr int most_releases = 6;
constexpr std::chrono::milliseconds first_release_delay{100}; // doubled each time

} // namespace

actions projection_machine::drain() {
  standing_.draining = true;
  return next();
}

actions projection_machine::on_released() {
  static_cast<void>(take_result());
  claimed_ = false;
  return next();
}

actions projection_machine::end_for_store(const std::string& why) {
  job_ = job::none;
  last_error_ = why;
  standing_.still(stand::degraded, why);
  actions out;
  add(out, orders_.end_all("the store can't serve: " + why));
  if (standing_.draining && claimed_) {
    trouble_.reset();
    go_on(out);
    return out;
  }
  standing_.ended = true;
  out.emplace_back(todo::end{todo::end::reason::store_fault, why});
  return out;
}

actions projection_machine::release_again(const std::string& why) {
  job_ = job::none;
  last_error_ = why;
  actions out;
  if (++failed_releases_ < most_releases) {
    release_waits_ = true;
    wait(out, first_release_delay * (1 << (failed_releases_ - 1)));
    return out;
  }
  note(out, level::error, "release",
       "its claim could not be released: " + why + "; others wait until it expires");
  claimed_ = false;
  add(out, end_for_store(why));
  return out;
}

actions projection_machine::on_job_lost(const std::string& why) {
  if (job_ == job::release && !stale_job_)
    return release_again(why);
  if (standing_.overdue) {
    apply_outcome nothing;
    nothing.state = apply_outcome::status::faulted;
    nothing.who = fault::store;
    nothing.error = why;
    return take_result() ? came_back(nothing) : next();
  }
  return end_for_store(why);
}

} // namespace waymark
