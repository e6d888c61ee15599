#include "import.hpp"

#include <optional>
#include <utility>

namespace history {
namespace {

class importer {
 public:
  importer(waymark::engine& engine, const import_options& options)
      : engine_{engine}, options_{options} {}

  import_result run(std::vector<line_reader> logs) {
    for (const auto& log : logs)
      progress_.total_bytes += log.size_bytes();
    for (auto& log : logs)
      read(log, &log == &logs.back());
    flush();
    return std::move(result_);
  }

 private:
  void read(line_reader& log, bool newest) {
    ++result_.files;
    done_before_ = progress_.done_bytes;
    try {
      while (auto line = log.next()) {
        if (!line->whole && newest && options_.still_written)
          break;
        add(log.path(), *line);
        progress_.done_bytes = done_before_ + log.offset_bytes();
      }
    } catch (const log_error& e) {
      result_.broken_files.push_back({log.path(), 0, e.what()});
    }
    progress_.done_bytes = done_before_ + log.size_bytes();
  }

  void add(const std::string& file, const log_line& line) {
    ++result_.lines;
    auto command = to_command(file, line, ids_.next(line.text));
    if (!command.problem.empty())
      result_.broken_lines.push_back({file, line.number, std::move(command.problem)});
    chunk_.push_back(std::move(command.append));
    if (chunk_.size() >= options_.chunk_lines)
      flush();
  }

  void flush() {
    for (const auto& result : engine_.append_all(std::exchange(chunk_, {})))
      if (!result.value_or_throw().already_there)
        ++result_.added;
    progress_.lines = result_.lines;
    if (options_.report)
      options_.report(progress_);
  }

  waymark::engine& engine_;
  const import_options& options_;
  line_ids ids_;
  std::vector<waymark::append_command> chunk_;
  import_progress progress_;
  std::uint64_t done_before_ = 0;
  import_result result_;
};

} // namespace

import_result import_logs(waymark::engine& engine, std::vector<line_reader> logs,
                          const import_options& options) {
  return importer{engine, options}.run(std::move(logs));
}

} // namespace history
