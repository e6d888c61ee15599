#include "benchmarks/group_commit.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include <waymark/persistence/store.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

constexpr std::int64_t transaction = 1'000;

std::string program_beside_this() {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return (here / "waymark").string();
}

/// Lines as anybody would write them for `waymark append`.
std::string write_lines(const setting& in) {
  auto file = in.empty_file("lines");
  std::ofstream out{file};
  for (std::int64_t n = 0; n < in.many_events(); ++n)
    out << R"({"event_type":")" << event_type(n) << R"(","aggregate_type":"Order","aggregate_id":")"
        << order_id(n, in.streams() * 10) << R"(","data":)" << json_text(n) << "}\n";
  if (!out.flush())
    throw std::runtime_error{"can't write " + file};
  return file;
}

std::string new_log(const setting& in) {
  auto file = in.empty_file("lines.db");
  static_cast<void>(waymark::open("sqlite:" + file));
  return file;
}

void check_log(const std::string& file, std::int64_t events) {
  if (waymark::open("sqlite:" + file).events->head() != events)
    throw std::runtime_error{"the log does not hold what was appended"};
}

/// The whole program, from its start to its end.
sample run_program(const setting& in, const std::string& lines) {
  const auto log = new_log(in);
  const auto call = "'" + program_beside_this() + "' append --store 'sqlite:" + log + "' '" +
                    lines + "' >/dev/null";
  const stopwatch time;
  if (std::system(call.c_str()) != 0)
    throw std::runtime_error{"waymark append failed"};
  auto result = time.per_second(in.many_events());
  result.cpu_us_per_event.reset(); // of this process, which only waited
  result.peak_mib.reset();
  check_log(log, in.many_events());
  return result;
}

struct prepared_event {
  std::string order;
  std::string type;
  std::string text;
};

/// The same events, ready in memory, in transactions of the same size.
sample run_by_hand(const setting& in, const std::vector<prepared_event>& events) {
  const auto file = new_log(in);
  sample result;
  {
    hand_appender log{file};
    const stopwatch time;
    std::int64_t open = 0;
    for (const auto& e : events) {
      if (open++ == 0)
        log.begin();
      log.append(e.order, e.type, e.text);
      if (open == transaction) {
        log.commit();
        open = 0;
      }
    }
    if (open > 0)
      log.commit();
    result = time.per_second(in.many_events());
  }
  check_log(file, in.many_events());
  return result;
}

contest append_contest(setting& in) {
  const auto lines = write_lines(in);
  const auto events = std::make_shared<std::vector<prepared_event>>();
  for (std::int64_t n = 0; n < in.many_events(); ++n)
    events->push_back({order_id(n, in.streams() * 10), event_type(n), json_text(n)});
  return {[&in, lines] { return run_program(in, lines); },
          [&in, events] { return run_by_hand(in, *events); }};
}

} // namespace

std::vector<row> node_append_rows() {
  return {{"waymark append, JSON Lines to SQLite", "events/s", row::goal::at_least_of_floor, 0.6,
           append_contest}};
}

} // namespace bench
