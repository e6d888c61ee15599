#include "node/line_source.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::node {

namespace {

constexpr std::size_t chunk_bytes = 256u * 1024;

int open_input(const std::string& file) {
  if (file == "-")
    return STDIN_FILENO;
  // A pipe that nobody writes to yet is waited for where a signal is heard too.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    throw usage_error{"can't open " + file + ": " + std::strerror(errno)};
  return descriptor;
}

} // namespace

line_source::line_source(const std::string& file, int watched, std::size_t max_line_bytes)
    : name_{file == "-" ? "standard input" : file},
      descriptor_{open_input(file)}, watched_{watched}, max_line_bytes_{max_line_bytes} {
  struct stat about {};
  if (::fstat(descriptor_, &about) == 0 && S_ISREG(about.st_mode))
    total_bytes_ = static_cast<std::uint64_t>(about.st_size);
  if (S_ISDIR(about.st_mode)) {
    close_own();
    throw usage_error{name_ + " is a folder; expected a file with an event a line, or -"};
  }
}

line_source::~line_source() {
  close_own();
}

void line_source::close_own() noexcept {
  if (descriptor_ != STDIN_FILENO)
    ::close(descriptor_);
}

line_source::outcome line_source::next(std::string_view& line) {
  bool too_long = false;
  for (;;) {
    if (take_line(line)) {
      ++number_;
      return too_long || line.size() > max_line_bytes_ ? outcome::too_long : outcome::line;
    }
    if (buffer_.size() - begin_ > max_line_bytes_) {
      too_long = true;
      begin_ = looked_ = buffer_.size();
    }
    if (read_more())
      continue;
    if (interrupted_)
      return outcome::interrupted;
    line = std::string_view{buffer_}.substr(begin_);
    begin_ = looked_ = buffer_.size();
    if (line.empty() && !too_long)
      return outcome::end;
    ++number_;
    return too_long ? outcome::too_long : outcome::line;
  }
}

bool line_source::take_line(std::string_view& line) {
  const auto end = buffer_.find('\n', looked_);
  looked_ = buffer_.size();
  if (end == std::string::npos)
    return false;
  line = std::string_view{buffer_}.substr(begin_, end - begin_);
  begin_ = looked_ = end + 1;
  return true;
}

bool line_source::read_more() {
  if (at_end_)
    return false;
  buffer_.erase(0, begin_);
  looked_ -= begin_;
  begin_ = 0;
  pollfd both[]{{descriptor_, POLLIN, 0}, {watched_, POLLIN, 0}};
  while (::poll(both, 2, -1) < 0)
    if (errno != EINTR)
      throw error{"can't wait for " + name_ + ": " + std::strerror(errno)};
  if (both[1].revents != 0) {
    interrupted_ = true;
    return false;
  }
  const auto before = buffer_.size();
  buffer_.resize(before + chunk_bytes);
  const auto count = ::read(descriptor_, buffer_.data() + before, chunk_bytes);
  const int problem = errno;
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0 && problem != EINTR && problem != EAGAIN)
    throw error{"can't read " + name_ + ": " + std::strerror(problem)};
  at_end_ = count == 0;
  read_bytes_ += static_cast<std::uint64_t>(std::max<ssize_t>(count, 0));
  return !at_end_;
}

bool line_source::would_wait() const {
  if (at_end_ || buffer_.find('\n', looked_) != std::string::npos)
    return false;
  pollfd input{descriptor_, POLLIN, 0};
  return ::poll(&input, 1, 0) == 0;
}

} // namespace waymark::node
