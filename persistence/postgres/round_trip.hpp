#pragma once

#include "persistence/postgres/session.hpp"

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::postgres {

/// Statements that go to the server together, and whose answers come together: what follows one
/// that fails is not run. What the session has put off goes first. Not for behind a pooler.
///
/// It is libpq's pipeline mode, entered only while statements are under way: each trip ends with a
/// sync, so a process that stands still between two trips leaves the server where it counts the
/// time that a transaction is idle.
class round_trip {
 public:
  /// @param when judges what fails of that which was put off.
  explicit round_trip(session& on, stage when = stage::own) noexcept : on_{on}, when_{when} {}
  /// Answers that nobody waits for any more cost the session.
  ~round_trip();
  round_trip(const round_trip&) = delete;
  round_trip& operator=(const round_trip&) = delete;

  /// Values of a statement, as libpq takes them.
  struct arguments {
    int count = 0;
    const char* const* values = nullptr;
    const int* lengths = nullptr;
    const int* formats = nullptr;
  };

  /// One of waymark's own statements, answered in binary. `sql` as in `session::run`; `with` must
  /// outlive `send`.
  void add(const char* sql, const params& with, stage when);
  /// One that is prepared under `name`, answered in text. All must outlive `send`, and `doing`
  /// `answers`.
  void add(const std::string& name, const arguments& with, std::string_view doing, stage when);

  /// Sends all, once.
  void send();

  /// Waits for the answers to all that were added, in order.
  /// @throws what the first statement that failed deserves.
  [[nodiscard]] std::vector<rows> answers();

 private:
  struct statement {
    const std::string* name;
    arguments with;
    int answer_format;
    std::string_view doing;
    stage when;
  };
  [[nodiscard]] statement own(const char* sql, const params& with, stage when);
  bool send_one(const statement& what);
  void take_answer(std::size_t i, std::vector<rows>& into);

  session& on_;
  const stage when_;
  std::vector<statement> statements_;
  std::size_t put_off_ = 0; ///< So many of them were not added here.
  std::size_t sent_ = 0;
  bool under_way_ = false;
  std::exception_ptr failure_; ///< Of the first statement that has failed.
  std::exception_ptr unsent_;  ///< Of the one that could not be sent.
};

} // namespace waymark::postgres
