#include "progress_bar.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace history {
namespace {

constexpr std::size_t bar_width = 30;
constexpr std::size_t label_width = 11;
constexpr std::chrono::milliseconds interval{100};

} // namespace

std::string progress_line(std::string_view what, double fraction, std::string_view detail) {
  std::string line{what};
  line.resize(std::max(line.size(), label_width), ' ');
  if (fraction >= 0) {
    const double done = std::min(fraction, 1.0);
    const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar_width));
    const auto percent = std::to_string(static_cast<int>(done * 100));
    line += '[' + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] ";
    line += std::string(3 - percent.size(), ' ') + percent + " %  ";
  }
  return line.append(detail);
}

progress_bar::progress_bar() {
  const char* term = std::getenv("TERM");
  on_terminal_ =
      ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view{term} != "dumb";
}

progress_bar::~progress_bar() {
  clear();
}

void progress_bar::show(std::string_view what, double fraction, std::string_view detail) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now < next_)
    return;
  next_ = now + interval;
  shown_ = true;
  std::fprintf(stderr, "\r\x1b[K%s", progress_line(what, fraction, detail).c_str());
  std::fflush(stderr);
}

void progress_bar::clear() {
  if (shown_)
    std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

} // namespace history
