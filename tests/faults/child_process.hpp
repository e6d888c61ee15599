#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace waymark::test {

/// A program of the folder WAYMARK_CHILD_BIN_DIR, and what it says. It is killed, and waited for,
/// at the latest when this object ends.
class child_process {
 public:
  child_process(const std::string& program, const std::vector<std::string>& arguments);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// The next line without its end; empty once the program has ended.
  [[nodiscard]] std::string next_line();

  /// Reads until `line` or the program's end; all lines before it.
  std::vector<std::string> read_to(const std::string& line);

  void kill();
  void send(int signal);
  /// Waits until a signal has stopped it.
  void wait_until_stopped();

  /// Waits until it has ended. @returns the signal that ended it; 0 if it ended by itself.
  int wait_for_end();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string read_;
};

} // namespace waymark::test
