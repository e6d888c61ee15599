#include "tests/examples/package_history/program.hpp"

#include "tests/catch.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::string path_of_program() {
  const char* folder = std::getenv("WAYMARK_CHILD_BIN_DIR");
  REQUIRE(folder != nullptr);
  return std::string{folder} + "/package_history";
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// What exec wants: pointers into strings, and a null behind them.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words)
    result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

} // namespace

outcome program::run(const std::vector<std::string>& arguments) const {
  return wait(start(arguments));
}

pid_t program::start(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{path_of_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment_)
    variables.push_back(name + "=" + value);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  const auto open = [&](int fd, const std::string& file, int flags) {
    ::posix_spawn_file_actions_addopen(&actions, fd, file.c_str(), flags, 0600);
  };
  const auto input = folder_ / "in";
  open(STDIN_FILENO, std::filesystem::exists(input) ? input.string() : "/dev/null", O_RDONLY);
  open(STDOUT_FILENO, folder_ / "out", O_WRONLY | O_CREAT | O_TRUNC);
  open(STDERR_FILENO, folder_ / "err", O_WRONLY | O_CREAT | O_TRUNC);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, words[0].c_str(), &actions, nullptr,
                                  pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  INFO(words[0]);
  REQUIRE(error == 0);
  return child;
}

outcome program::wait(pid_t child) const {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  outcome result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = text_of(folder_ / "out");
  result.err = text_of(folder_ / "err");
  return result;
}
