#include "persistence/postgres/session_pool.hpp"

#include <algorithm>

namespace waymark::postgres {

session_pool::lease::lease(session_pool& of) : of_{of} {
  {
    std::unique_lock lock{of_.mutex_};
    of_.free_.wait(lock, [&] { return of_.out_ < of_.most_; });
    ++of_.out_;
    while (!session_ && !of_.idle_.empty()) {
      session_ = std::move(of_.idle_.back());
      of_.idle_.pop_back();
      session_->look_for_end(); // mostly that the server was stopped
      if (!session_->sound())
        session_.reset();
    }
  }
  if (session_)
    return;
  try {
    session_ = std::make_unique<session>(of_.where_, of_.purpose_);
    if (of_.opened_ != nullptr)
      of_.opened_(*session_);
  } catch (...) {
    const std::lock_guard lock{of_.mutex_};
    --of_.out_;
    of_.free_.notify_one();
    throw;
  }
}

session_pool::lease::~lease() {
  const auto* which = session_.get();
  session_->rollback();
  if (!session_->sound())
    session_.reset();
  const std::lock_guard lock{of_.mutex_};
  if (std::erase(of_.replaced_, which) == 0)
    --of_.out_;
  else
    session_.reset();
  if (session_)
    of_.idle_.push_back(std::move(session_));
  of_.free_.notify_one();
}

void session_pool::close_idle() {
  std::vector<std::unique_ptr<session>> closed;
  const std::lock_guard lock{mutex_};
  closed.swap(idle_);
}

void session_pool::replace(const session& lost) {
  const std::lock_guard lock{mutex_};
  if (std::find(replaced_.begin(), replaced_.end(), &lost) != replaced_.end())
    return;
  replaced_.push_back(&lost);
  --out_;
  free_.notify_one();
}

} // namespace waymark::postgres
