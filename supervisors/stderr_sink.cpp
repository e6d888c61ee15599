#include "supervisors/stderr_sink.hpp"

#include "supervisors/write_within.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace waymark {

namespace {

constexpr std::chrono::milliseconds patience{1'000};

} // namespace

std::uint64_t stderr_sink::missed() {
  const std::lock_guard lock{mutex_};
  return missed_;
}

void stderr_sink::told(std::uint64_t missed) {
  const std::lock_guard lock{mutex_};
  if (!stuck_)
    missed_ -= std::min(missed, missed_);
}

void stderr_sink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  if (torn_)
    line.push_back('\n');
  formatter_->format(message, line);
  const std::string_view text{line.data(), line.size()};
  const auto written =
      write_within(STDERR_FILENO, text, stuck_ ? std::chrono::milliseconds{0} : patience);
  stuck_ = written < text.size();
  if (stuck_) {
    torn_ = torn_ || written > 0;
    ++missing_;
    return;
  }
  torn_ = false;
  missed_ += std::exchange(missing_, 0);
}

} // namespace waymark
