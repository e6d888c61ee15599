#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace history {

/// A line like "reading    [########............]  40 %  12,345 lines". Pure.
/// @param fraction of the work that is done, 0 to 1; below 0 if unknown: then there is no bar.
[[nodiscard]] std::string progress_line(std::string_view what, double fraction,
                                        std::string_view detail);

/// Shows one line on standard error that is written over and over, at most ten times a second.
/// Does nothing unless standard error is a terminal. Clears the line when destroyed.
class progress_bar {
 public:
  progress_bar();
  ~progress_bar();
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  void show(std::string_view what, double fraction, std::string_view detail);

  /// Takes the line away, so that something else can be written.
  void clear();

 private:
  bool on_terminal_ = false;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

} // namespace history
