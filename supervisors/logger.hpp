#pragma once

#include <waymark/messages/checkpoint.hpp>
#include <waymark/supervisors/logging.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace waymark {

/// Writes the engine's log lines, as text for people or as JSON for machines. Thread-safe.
class logger {
 public:
  explicit logger(const log_options& options);
  ~logger();

  /// One line: `what` is one word (start, retry, restart …), `who` a projection or another actor.
  void write(log_level level, std::string_view what, std::string_view who,
             std::string_view text) const;

  /// Nothing is written any more once this returns. For the end.
  void close();

 private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace waymark
