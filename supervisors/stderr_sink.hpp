#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <mutex>

namespace waymark {

/// Writes lines to standard error. Who logs must not stand still because nobody reads that: once a
/// line was not taken within a second, those that would have to wait are left out. Thread-safe.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// How many lines were left out before the last one that was written, and not told of.
  std::uint64_t missed();
  /// So many were told of by the last line; if that was left out itself, they still are not.
  void told(std::uint64_t missed);

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

  bool stuck_ = false;
  bool torn_ = false; ///< The last line was not written whole.
  std::uint64_t missing_ = 0;
  std::uint64_t missed_ = 0; ///< Of which nobody was told yet.
};

} // namespace waymark
