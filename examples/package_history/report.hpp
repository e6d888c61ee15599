#pragma once

#include "comparison.hpp"
#include "import.hpp"

#include <waymark/supervisors/engine.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace history {

/// How the output may look.
struct text_style {
  bool colors = false;
  bool utf8 = false;

  /// What standard output can show: colors on a terminal unless NO_COLOR is set, and UTF-8 if the
  /// locale has it.
  [[nodiscard]] static text_style of_standard_output();
};

struct projection_figures {
  std::string name;
  std::int64_t lag_events = 0;
  double lag_seconds = 0;
  std::int64_t letters = 0;
};

struct day_figures {
  std::string day;
  std::int64_t installs = 0;
  std::int64_t upgrades = 0;
  std::int64_t removals = 0;
};

/// What is reported of a run.
struct report_figures {
  std::string store;
  std::int64_t files = 0;
  std::int64_t lines = 0;
  std::int64_t events = 0;
  std::int64_t added = 0;
  std::chrono::duration<double> elapsed{0}; ///< From the first line read to the last projected.
  std::vector<projection_figures> projections;
  std::vector<day_figures> busiest_days; ///< Busiest first.
};

/// The five days with the most activity, busiest first, out of the table `daily_activity`.
[[nodiscard]] std::vector<day_figures> busiest_days(waymark::read_model& db);

/// A chart of days under a heading; empty if there are none. Pure.
[[nodiscard]] std::string to_text(const std::vector<day_figures>& days, const text_style& style);

/// Asks the engine for all that the report shows.
[[nodiscard]] report_figures gather(waymark::engine& engine, const import_result& imported,
                                    std::chrono::duration<double> elapsed);

/// The report as text. Pure.
[[nodiscard]] std::string to_text(const report_figures& figures, const text_style& style);

/// "N packages compared with dpkg: 0 differ", and a line for each that differs. Pure.
[[nodiscard]] std::string to_text(const comparison& result, const text_style& style);

/// A line for each problem, but only the first few of very many. Pure.
[[nodiscard]] std::string to_text(const std::vector<import_problem>& problems);

} // namespace history
