#include "tests/faults/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace waymark::test {

child_process::child_process(const std::string& program,
                             const std::vector<std::string>& arguments) {
  const char* folder = std::getenv("WAYMARK_CHILD_BIN_DIR");
  if (folder == nullptr)
    throw std::runtime_error{"WAYMARK_CHILD_BIN_DIR does not say where the programs are"};
  auto path = std::string{folder} + "/" + program;
  auto copies = arguments;
  std::vector<char*> argv{path.data()};
  for (auto& each : copies)
    argv.push_back(each.data());
  argv.push_back(nullptr);
  int ends[2];
  if (::pipe(ends) != 0)
    throw std::runtime_error{"can't make a pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  const int problem = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  if (problem != 0) {
    ::close(output_);
    throw std::runtime_error{"can't start " + path};
  }
}

child_process::~child_process() {
  kill();
  ::close(output_);
}

void child_process::kill() {
  if (pid_ < 0)
    return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void child_process::send(int signal) {
  if (pid_ > 0) // -1 would be everybody
    ::kill(pid_, signal);
}

void child_process::wait_until_stopped() {
  int status = 0;
  while (::waitpid(pid_, &status, WUNTRACED) < 0 && errno == EINTR) {
  }
  if (!WIFSTOPPED(status)) {
    pid_ = -1;
    throw std::runtime_error{"the child ended instead of stopping"};
  }
}

int child_process::wait_for_end() {
  int status = 0;
  while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::string child_process::next_line() {
  for (;;) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      auto line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    const auto count = ::read(output_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return {}; // a line without its end was not said
    read_.append(buffer, static_cast<std::size_t>(count));
  }
}

std::vector<std::string> child_process::read_to(const std::string& line) {
  std::vector<std::string> before;
  for (auto next = next_line(); !next.empty() && next != line; next = next_line())
    before.push_back(next);
  return before;
}

} // namespace waymark::test
