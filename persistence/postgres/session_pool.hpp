#pragma once

#include "persistence/postgres/session.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace waymark::postgres {

/// At most so many connections for one purpose, opened when they are needed. Thread-safe.
class session_pool {
 public:
  /// @param opened is called with each new connection; may be null.
  session_pool(const address& where, std::string purpose, int most,
               void (*opened)(session&) = nullptr)
      : where_{where}, purpose_{std::move(purpose)}, most_{most}, opened_{opened} {}

  /// The right to use one of them; it goes back if it is still sound, and is closed otherwise.
  class lease {
   public:
    /// Waits until one is free. @throws store_error if it can't be opened.
    explicit lease(session_pool& of);
    ~lease();
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    [[nodiscard]] session& on() const noexcept { return *session_; }

   private:
    session_pool& of_;
    std::unique_ptr<session> session_;
  };

  /// The thread that has `lost` may not come back: another may take its place meanwhile.
  void replace(const session& lost);

  /// Closes those that nobody has: they would all meet what one has met.
  void close_idle();

 private:
  const address& where_;
  const std::string purpose_;
  const int most_;
  void (*const opened_)(session&);
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<session>> idle_;
  int out_ = 0;
  std::vector<const session*> replaced_;
};

} // namespace waymark::postgres
