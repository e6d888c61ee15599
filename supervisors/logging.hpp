#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace waymark {

enum class log_level : std::uint8_t { debug, info, warning, error, off };
enum class log_format : std::uint8_t { text, json };

/// What the engine logs, where and how: one line per start, stop, restart, retry, give-up, catch-up
/// reached and rebuild progress; none per event.
struct log_options {
  log_level level = log_level::info;
  log_format format = log_format::text;
  /// Where finished lines go; empty: standard error. Called from several threads, one at a time.
  std::function<void(log_level, std::string_view line)> sink{};
};

} // namespace waymark
