#include "node/node_lock.hpp"

#include <waymark/messages/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace waymark::node {

namespace {

/// What the holder has written: its process id.
std::string holder(int file) {
  std::array<char, 32> text{};
  const auto length = ::pread(file, text.data(), text.size(), 0);
  return length > 0 ? "process " + std::string{text.data(), static_cast<std::size_t>(length)}
                    : std::string{"another process"};
}

} // namespace

node_lock::node_lock(const std::string& socket, const std::string& configuration_file) {
  const auto path = socket + ".lock";
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0)
    throw usage_error{"can't make " + path + ": " + std::strerror(errno) +
                      "; give the configuration a \"socket\" in a folder that can be written"};
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const auto who = holder(file_);
    ::close(file_);
    throw error{who + " runs " + configuration_file + " already (it answers on " + socket + ")"};
  }
  const auto pid = std::to_string(::getpid());
  if (::ftruncate(file_, 0) != 0 ||
      ::pwrite(file_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const auto why = std::string{std::strerror(errno)};
    ::close(file_);
    throw error{"can't write " + path + ": " + why};
  }
}

node_lock::~node_lock() {
  ::close(file_);
}

} // namespace waymark::node
