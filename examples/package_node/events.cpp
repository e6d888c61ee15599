// package_events [FILE...]: turns dpkg's log into events, one a line, for waymark append.
//
// Without FILEs it reads this machine's log in /var/log with its rotated parts, oldest first; "-"
// is standard input. The ids come from the lines, so that it is safe to append them again.
#include "examples/package_history/line_event.hpp"
#include "examples/package_history/log_files.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::string to_line(const waymark::append_command& command) {
  const auto& e = command.events.front();
  nlohmann::ordered_json line;
  line["event_id"] = e.event_id->to_string();
  line["aggregate_type"] = command.stream.aggregate_type;
  line["aggregate_id"] = command.stream.aggregate_id;
  line["event_type"] = e.event_type;
  if (e.occurred_at)
    line["occurred_at"] = waymark::to_string(*e.occurred_at);
  line["data"] = nlohmann::ordered_json::parse(e.data.text());
  return line.dump();
}

/// @param still_written leaves out a last line without a newline: dpkg is writing the rest of it.
void print(history::line_reader& log, history::line_ids& ids, bool still_written) {
  while (const auto line = log.next()) {
    if (!line->whole && still_written)
      return;
    const auto command = history::to_command(log.path(), *line, ids.next(line->text));
    if (!command.problem.empty())
      std::cerr << log.path() << ":" << line->number << ": unreadable line: " << command.problem
                << '\n';
    std::cout << to_line(command.append) << '\n';
  }
}

} // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> files{argv + 1, argv + argc};
  std::vector<history::line_reader> logs;
  if (files.empty())
    logs = history::open_logs("/var/log");
  for (const auto& file : files)
    logs.emplace_back(file);
  history::line_ids ids;
  for (auto& log : logs)
    print(log, ids, files.empty() && &log == &logs.back());
  std::cout.flush();
  return std::cout ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& e) {
  std::cerr << "package_events: " << e.what() << '\n';
  return EXIT_FAILURE;
}
