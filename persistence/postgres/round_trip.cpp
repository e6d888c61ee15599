#include "persistence/postgres/round_trip.hpp"

#include <array>

namespace waymark::postgres {

round_trip::~round_trip() {
  if (under_way_)
    on_.retire();
}

void round_trip::add(const char* sql, const params& with, stage when) {
  statements_.push_back(own(sql, with, when));
}

void round_trip::add(const std::string& name, const arguments& with, std::string_view doing,
                     stage when) {
  statements_.push_back({&name, with, 0, doing, when});
}

round_trip::statement round_trip::own(const char* sql, const params& with, stage when) {
  return {&on_.prepared(sql, with, when),
          {with.size(), with.values(), with.lengths(), with.formats()},
          1,
          sql,
          when};
}

void round_trip::send() {
  if (const auto* opening = on_.put_off()) {
    const std::array first{own("BEGIN", {}, when_), own(opening->check, opening->with, when_)};
    statements_.insert(statements_.begin(), first.begin(), first.end());
    put_off_ = first.size();
  }
  under_way_ = true;
  PQenterPipelineMode(on_.raw());
  while (sent_ < statements_.size() && send_one(statements_[sent_]))
    ++sent_;
  PQpipelineSync(on_.raw());
  on_.forget_put_off();
}

bool round_trip::send_one(const statement& what) {
  if (PQsendQueryPrepared(on_.raw(), what.name->c_str(), what.with.count, what.with.values,
                          what.with.lengths, what.with.formats, what.answer_format) == 1)
    return true;
  try {
    (void)on_.take(nullptr, what.doing, what.when);
  } catch (...) {
    unsent_ = std::current_exception();
  }
  return false;
}

// What follows a failure answers that it was not run; all of it is fetched, or nothing else could
// be sent afterwards.
std::vector<rows> round_trip::answers() {
  std::vector<rows> result;
  result.reserve(statements_.size());
  for (std::size_t i = 0; i < sent_; ++i) {
    take_answer(i, result);
    if (on_.connected())
      PQclear(PQgetResult(on_.raw())); // the end of this statement's answers
  }
  if (on_.connected())
    PQclear(PQgetResult(on_.raw())); // the sync
  if (PQexitPipelineMode(on_.raw()) == 0) // for want of memory: it takes nothing else any more
    on_.retire();
  under_way_ = false;
  if (failure_ || unsent_)
    std::rethrow_exception(failure_ ? failure_ : unsent_);
  return result;
}

void round_trip::take_answer(std::size_t i, std::vector<rows>& into) {
  auto* const answer = PQgetResult(on_.raw());
  if (failure_)
    return PQclear(answer);
  try {
    auto found = on_.take(answer, statements_[i].doing, statements_[i].when);
    if (i >= put_off_)
      into.push_back(std::move(found));
    else if (i + 1 == put_off_ && found.empty())
      on_.refuse();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

} // namespace waymark::postgres
