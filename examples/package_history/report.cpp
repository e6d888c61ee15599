#include "report.hpp"

#include "projections.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <langinfo.h>
#include <string_view>
#include <unistd.h>

namespace history {
namespace {

using rows = std::vector<std::vector<std::string>>;

constexpr std::int64_t days_shown = 5;
constexpr std::size_t problems_shown = 20;
constexpr double bar_width = 30;

enum class color { green = 32, red = 31 };

std::string colored(std::string text, color which, const text_style& style) {
  if (!style.colors || text.empty())
    return text;
  return "\x1b[" + std::to_string(static_cast<int>(which)) + "m" + text + "\x1b[0m";
}

std::string fixed(double value, int digits) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return buffer.data();
}

std::string counted(std::int64_t count, std::string_view thing) {
  return grouped(count) + " " + std::string{thing} + (count == 1 ? "" : "s");
}

std::int64_t total(const day_figures& day) {
  return day.installs + day.upgrades + day.removals;
}

std::string speed(const report_figures& figures) {
  const auto seconds = figures.elapsed.count();
  const auto took = fixed(seconds, 2) + " s";
  if (figures.added == 0 || seconds <= 0)
    return took + ", nothing to add";
  const auto rate = std::llround(static_cast<double>(figures.added) / seconds);
  return grouped(rate) + " events/s (" + took + ")";
}

rows projection_rows(const report_figures& figures) {
  rows result;
  for (const auto& p : figures.projections) {
    const auto lag = counted(p.lag_events, "event") + ", " + fixed(p.lag_seconds, 1) + " s";
    result.push_back({result.empty() ? "lag" : "", p.name, lag});
  }
  return result;
}

rows letter_rows(const report_figures& figures) {
  rows result;
  for (const auto& p : figures.projections)
    result.push_back({result.empty() ? "letters" : "", p.name, counted(p.letters, "dead letter")});
  return result;
}

std::string bar(std::int64_t part, std::int64_t whole, const text_style& style) {
  if (part <= 0 || whole <= 0)
    return "";
  const auto share = static_cast<double>(part) / static_cast<double>(whole);
  const auto length = std::max<std::int64_t>(1, std::llround(share * bar_width));
  std::string result;
  for (std::int64_t i = 0; i < length; ++i)
    result += style.utf8 ? "\u2588" : "#";
  return colored(std::move(result), color::green, style);
}

} // namespace

text_style text_style::of_standard_output() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool terminal =
      ::isatty(STDOUT_FILENO) == 1 && term != nullptr && std::string_view{term} != "dumb";
  std::setlocale(LC_CTYPE, "");
  return {terminal && (no_color == nullptr || *no_color == '\0'),
          std::string_view{::nl_langinfo(CODESET)} == "UTF-8"};
}

std::vector<day_figures> busiest_days(waymark::read_model& db) {
  using std::int64_t;
  std::vector<day_figures> result;
  for (const auto& [day, installs, upgrades, removals] :
       db.query_as<std::string, int64_t, int64_t, int64_t>(
           "SELECT day, installs, upgrades, removals FROM daily_activity"
           " ORDER BY installs + upgrades + removals DESC, day LIMIT $1",
           days_shown))
    result.push_back({day, installs, upgrades, removals});
  return result;
}

std::string to_text(const std::vector<day_figures>& days, const text_style& style) {
  if (days.empty())
    return "";
  rows table{{"busiest days", "installs", "upgrades", "removals"}};
  for (const auto& d : days)
    table.push_back({d.day, grouped(d.installs), grouped(d.upgrades), grouped(d.removals),
                     bar(total(d), total(days.front()), style)});
  return aligned(table, "");
}

report_figures gather(waymark::engine& engine, const import_result& imported,
                      std::chrono::duration<double> elapsed) {
  report_figures figures;
  figures.store = engine.log().address();
  figures.files = imported.files;
  figures.lines = imported.lines;
  figures.events = engine.head();
  figures.added = imported.added;
  figures.elapsed = elapsed;
  for (const auto* name : {installed_packages_name, daily_activity_name}) {
    const auto lag = engine.lag(name);
    figures.projections.push_back({name, lag.events.value_or(0), lag.lag_seconds.value_or(0),
                                   engine.status(name).set_aside.letters});
  }
  figures.busiest_days =
      engine.read(daily_activity_name, [](waymark::read_model& db) { return busiest_days(db); });
  return figures;
}

std::string to_text(const report_figures& figures, const text_style& style) {
  rows table{
      {"store", figures.store},
      {"read", counted(figures.lines, "line") + " of " + counted(figures.files, "log file")},
      {"events", grouped(figures.events) + ", " + grouped(figures.added) + " new in this run"},
      {"speed", speed(figures)}};
  // The names of the projections stand in a column of their own, and don't widen what is above.
  auto per_projection = projection_rows(figures);
  for (auto& row : letter_rows(figures))
    per_projection.push_back(std::move(row));
  const std::string label(std::string_view{"letters"}.size(), ' ');
  for (auto* part : {&table, &per_projection})
    for (auto& row : *part)
      row[0].resize(label.size(), ' ');
  const auto days = to_text(figures.busiest_days, style);
  return aligned(table, "") + aligned(per_projection, "") + (days.empty() ? "" : "\n" + days);
}

std::string to_text(const comparison& result, const text_style& style) {
  const auto differ = static_cast<std::int64_t>(result.differences.size());
  auto text =
      std::to_string(result.compared) + " packages compared with dpkg: " +
      colored(std::to_string(differ) + " differ", differ == 0 ? color::green : color::red, style) +
      '\n';
  if (differ == 0)
    return text;
  rows table{{"package", "the log says", "dpkg says"}};
  for (const auto& d : result.differences)
    table.push_back({d.package, d.in_log, d.in_dpkg});
  return text + aligned(table, "  ");
}

std::string to_text(const std::vector<import_problem>& problems) {
  std::string text;
  const auto shown = std::min(problems.size(), problems_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& p = problems[i];
    text += p.line == 0 ? p.reason
                        : p.file + ":" + std::to_string(p.line) + ": unreadable line: " + p.reason;
    text += '\n';
  }
  if (shown < problems.size())
    text += "and " + grouped(static_cast<std::int64_t>(problems.size() - shown)) + " more\n";
  return text;
}

} // namespace history
