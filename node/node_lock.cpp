#include "node/node_lock.hpp"

#include <waymark/messages/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

namespace waymark::node {

namespace {

struct lock_holder {
  std::string process;
  std::string socket;
  std::string identity; ///< Of the file that it was written to.
};

/// Which file it is, whatever its name; a copy is another.
std::string identity_of(int file) {
  struct stat found {};
  if (::fstat(file, &found) != 0)
    return "";
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

/// Empty if it is not whole (yet).
lock_holder written_in(int file) {
  std::array<char, 1024> text{};
  const auto length = ::pread(file, text.data(), text.size(), 0);
  std::istringstream lines{
      std::string{text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))}};
  lock_holder found;
  const bool whole = std::getline(lines, found.process) && std::getline(lines, found.socket) &&
                     std::getline(lines, found.identity) && !lines.eof();
  return whole ? found : lock_holder{};
}

bool is_alive(const std::string& process) {
  const auto id = static_cast<pid_t>(std::strtol(process.c_str(), nullptr, 10));
  return id > 0 && (::kill(id, 0) == 0 || errno == EPERM);
}

/// What the holder has written. It takes the lock first, so it may be about to, and what stands
/// there is of one before.
lock_holder holder(int file) {
  for (int look = 0; look < 100; ++look) {
    if (auto found = written_in(file); is_alive(found.process))
      return found;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return {};
}

std::string why_not_opened(const std::string& path, int problem) {
  const std::string why = std::strerror(problem);
  struct stat found {};
  if (problem == EACCES && ::stat(path.c_str(), &found) == 0 && found.st_uid != ::geteuid())
    return why + "; user " + std::to_string(found.st_uid) +
           " has run this configuration: do so as that user, or remove the file when no node runs";
  return why + "; give the configuration a \"socket\" in a folder of your own";
}

void write_down(int file, const std::string& path, const std::string& text) {
  if (::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()))
    return;
  const auto why = std::string{std::strerror(errno)};
  ::close(file);
  throw error{"can't write " + path + ": " + why};
}

} // namespace

node_lock::node_lock(const std::string& path, const std::string& socket,
                     const std::string& configuration_file) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0)
    throw usage_error{"can't open " + path + ": " + why_not_opened(path, errno)};
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const auto [process, its_socket, identity] = holder(file_);
    const auto who = process.empty() ? "another process" : "process " + process;
    const auto where = its_socket.empty() ? socket : its_socket;
    ::close(file_);
    throw error{who + " runs " + configuration_file + " already (it answers on " + where + ")"};
  }
  [[maybe_unused]] const int emptied = ::ftruncate(file_, 0);
  write_down(file_, path,
             std::to_string(::getpid()) + "\n" + socket + "\n" + identity_of(file_) + "\n");
}

node_lock::~node_lock() {
  ::close(file_);
}

std::optional<std::string> socket_in_lock(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return std::nullopt;
  const auto [process, socket, identity] = written_in(file);
  const bool its_own = !identity.empty() && identity == identity_of(file);
  ::close(file);
  return its_own && !socket.empty() ? std::optional{socket} : std::nullopt;
}

} // namespace waymark::node
