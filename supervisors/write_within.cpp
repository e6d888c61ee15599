#include "supervisors/write_within.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

namespace waymark {

namespace {

using std::chrono::steady_clock;

bool would_take_some(int file, steady_clock::time_point until) noexcept {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    pollfd out{file, POLLOUT, 0};
    const int found = ::poll(&out, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (found >= 0 || errno != EINTR)
      return found > 0;
  }
}

} // namespace

std::size_t write_within(int file, std::string_view text,
                         std::chrono::milliseconds patience) noexcept {
  const auto until = steady_clock::now() + patience;
  std::size_t written = 0;
  while (written < text.size() && would_take_some(file, until)) {
    const auto piece = text.substr(written, PIPE_BUF); // for which a pipe has room then
    const auto taken = ::write(file, piece.data(), piece.size());
    const bool again = taken < 0 && (errno == EINTR || errno == EAGAIN);
    if (taken < 0 && (!again || steady_clock::now() >= until))
      break;
    written += taken > 0 ? static_cast<std::size_t>(taken) : 0;
  }
  return written;
}

} // namespace waymark
