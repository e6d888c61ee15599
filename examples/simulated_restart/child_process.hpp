#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace restart {

/// A build of this program, started with other arguments, and its standard output. Killed at the
/// latest when this ends.
class child_process {
 public:
  using lines = std::function<void(const std::string& line)>;

  /// @throws std::system_error if it can't be started.
  child_process(const std::string& program, const std::vector<std::string>& arguments);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Reads whole lines for `how_long`. @returns false if the output ended before.
  bool read_for(std::chrono::microseconds how_long, const lines& take);

  /// Reads until a line is `text`. @returns false if that took longer than `deadline` or never
  /// came.
  bool read_until(const std::string& text, std::chrono::milliseconds deadline, const lines& take);

  /// Kills it by SIGKILL, and reads what it had written by then.
  /// @returns true if it was this that ended it.
  bool kill(const lines& take);

 private:
  bool read_some(std::chrono::microseconds at_most, const lines& take);

  int pid_ = -1;
  int output_ = -1;
  std::string rest_; ///< Of a line that has not ended yet.
};

} // namespace restart
