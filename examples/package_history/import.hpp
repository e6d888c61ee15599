#pragma once

#include "line_event.hpp"
#include "line_reader.hpp"

#include <waymark/supervisors/engine.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace history {

/// A line that could not be read, or a file that could not be read to its end (then `line` is 0 and
/// `reason` names the file).
struct import_problem {
  std::string file;
  std::int64_t line = 0;
  std::string reason;
};

struct import_result {
  std::int64_t files = 0;
  std::int64_t lines = 0;
  std::int64_t added = 0; ///< Events that the store did not have before.
  std::vector<import_problem> broken_lines;
  std::vector<import_problem> broken_files;
};

/// How far an import is; the bytes are those of the files as stored, 0 of 0 for a pipe.
struct import_progress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::int64_t lines = 0;
};

struct import_options {
  std::size_t chunk_lines = 1000; ///< Appended at a time; all that is held in memory.
  /// Leaves a last line without a newline for the next run: dpkg is about to write the rest of it.
  bool still_written = false;
  std::function<void(const import_progress&)> report{}; ///< Called after each chunk.
};

/// Appends the lines of logs, oldest first, each as one event. Reads all of them each time; the ids
/// tell which are new. Safe to interrupt and to repeat: what is appended is always the beginning of
/// the log, in order.
/// @throws waymark::error if the store can't take a line; all lines before it are in then.
[[nodiscard]] import_result import_logs(waymark::engine& engine, std::vector<line_reader> logs,
                                        const import_options& options = {});

} // namespace history
