#include "dpkg_database.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace history {
namespace {

constexpr std::size_t columns = 4;
constexpr int command_not_found = 127;

class pipe_ends {
 public:
  pipe_ends() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw std::runtime_error{std::string{"no pipe for dpkg-query: "} + std::strerror(errno)};
  }
  ~pipe_ends() {
    close_writer();
    ::close(ends_[0]);
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;

  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0)
      ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

pid_t spawn_query(const pipe_ends& pipe) {
  std::array<std::string, 4> words{
      "dpkg-query", "-W", "-f",
      "${Package}\\t${Architecture}\\t${db:Status-Status}\\t${Version}\\n"};
  std::array<char*, 5> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i)
    arguments[i] = words[i].data();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe.writer(), STDOUT_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, "dpkg-query", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::runtime_error{std::string{"dpkg-query can't be run: "} + std::strerror(error)};
  return child;
}

std::string read_all(int fd) {
  std::string result;
  std::array<char, 16384> buffer;
  for (;;) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0)
      result.append(buffer.data(), static_cast<std::size_t>(got));
    else if (got == 0 || errno != EINTR)
      return result;
  }
}

void wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return;
  if (WIFEXITED(status) && WEXITSTATUS(status) == command_not_found)
    throw std::runtime_error{"dpkg-query can't be run: command not found"};
  throw std::runtime_error{"dpkg-query failed; try it by hand: dpkg-query -W"};
}

} // namespace

std::vector<package_state> parse_dpkg_query(std::string_view output) {
  std::vector<package_state> result;
  while (!output.empty()) {
    const auto end = output.find('\n');
    auto line = output.substr(0, end);
    output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    std::array<std::string, columns> cells;
    for (std::size_t i = 0; i < columns; ++i) {
      const auto tab = line.find('\t');
      if ((tab == std::string_view::npos) != (i + 1 == columns))
        throw std::runtime_error{"dpkg-query answered a line without its four columns"};
      cells[i] = line.substr(0, tab);
      line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
    }
    result.push_back({cells[0], cells[1], cells[2], cells[3]});
  }
  return result;
}

std::vector<package_state> dpkg_database() {
  pipe_ends pipe;
  const auto child = spawn_query(pipe);
  pipe.close_writer();
  const auto output = read_all(pipe.reader());
  wait_for(child);
  return parse_dpkg_query(output);
}

} // namespace history
