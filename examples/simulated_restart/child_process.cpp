#include "examples/simulated_restart/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace restart {

namespace {

using steady = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

} // namespace

child_process::child_process(const std::string& program,
                             const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    fail("cannot make a pipe");
  std::string self = "simulated_restart";
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv{self.data()};
  for (auto& argument : copies)
    argv.push_back(argument.data());
  argv.push_back(nullptr);

  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0)
    fail("cannot start the child");
}

child_process::~child_process() {
  if (pid_ > 0)
    kill([](const std::string&) {});
  close(output_);
}

bool child_process::read_for(std::chrono::microseconds how_long, const lines& take) {
  const auto end = steady::now() + how_long;
  for (auto now = steady::now(); now < end; now = steady::now())
    if (!read_some(std::chrono::duration_cast<std::chrono::microseconds>(end - now), take))
      return false;
  return true;
}

bool child_process::read_until(const std::string& text, std::chrono::milliseconds deadline,
                               const lines& take) {
  bool seen = false;
  const auto end = steady::now() + deadline;
  const auto look = [&](const std::string& line) {
    seen = seen || line == text;
    take(line);
  };
  while (!seen && steady::now() < end)
    if (!read_some(std::chrono::milliseconds{100}, look))
      break;
  return seen;
}

bool child_process::kill(const lines& take) {
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  while (read_some(std::chrono::seconds{1}, take)) {
  }
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

bool child_process::read_some(std::chrono::microseconds at_most, const lines& take) {
  pollfd wait{output_, POLLIN, 0};
  const timespec timeout{at_most.count() / 1'000'000, at_most.count() % 1'000'000 * 1'000};
  if (ppoll(&wait, 1, &timeout, nullptr) == 0)
    return true;
  std::array<char, 65536> buffer;
  const auto got = read(output_, buffer.data(), buffer.size());
  if (got <= 0)
    return got < 0 && errno == EINTR;
  rest_.append(buffer.data(), static_cast<std::size_t>(got));
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
    take(rest_.substr(0, end));
    rest_.erase(0, end + 1);
  }
  return true;
}

} // namespace restart
