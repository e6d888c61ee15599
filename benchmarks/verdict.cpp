#include "benchmarks/verdict.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace bench {

namespace {

double median(std::vector<double> of) {
  std::sort(of.begin(), of.end());
  const auto middle = of.size() / 2;
  return of.size() % 2 == 1 ? of[middle] : (of[middle - 1] + of[middle]) / 2;
}

double spread(const std::vector<double>& of) {
  const auto [least, greatest] = std::minmax_element(of.begin(), of.end());
  const auto middle = median(of);
  return middle == 0 ? 0 : (*greatest - *least) / std::abs(middle);
}

std::optional<double> median_of(const std::vector<sample>& runs,
                                std::optional<double> sample::*member) {
  std::vector<double> known;
  for (const auto& run : runs)
    if (run.*member)
      known.push_back(*(run.*member));
  return known.empty() ? std::nullopt : std::optional{median(std::move(known))};
}

std::string text(double value) {
  std::array<char, 32> into{};
  const int digits = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
  std::snprintf(into.data(), into.size(), "%.*f", digits, value);
  return into.data();
}

std::string text(const std::optional<double>& value) {
  return value ? text(*value) : "-";
}

std::string target_of(const verdict& v) {
  switch (v.what) {
  case row::goal::at_least_of_floor:
    return ">= " + text(v.target) + " x";
  case row::goal::at_least:
    return ">= " + text(v.target);
  case row::goal::at_most:
    return "<= " + text(v.target);
  case row::goal::for_the_record:
    return "-";
  }
  return {};
}

std::string met(const verdict& v) {
  return v.what == row::goal::for_the_record ? "-" : v.met ? "yes" : "NO";
}

constexpr std::size_t columns = 12;
using line = std::array<std::string, columns>;

/// Of each column but the first: wide enough for its heading and for any number that is likely.
constexpr std::array<int, columns> widths{0, 7, 20, 7, 5, 7, 10, 3, 12, 8, 6, 6};

line line_of(const verdict& v) {
  return {v.name,
          text(v.value),
          v.unit,
          text(v.floor),
          text(v.ratio),
          text(v.spread * 100) + " %",
          target_of(v),
          met(v),
          text(v.details.cpu_us_per_event),
          text(v.details.peak_mib),
          text(v.details.p50_ms),
          text(v.details.p99_ms)};
}

void print(const line& cells, int name_width) {
  std::printf("%-*s", name_width, cells[0].c_str());
  for (std::size_t i = 1; i < columns; ++i) {
    const bool left = i == 2 || i == 6 || i == 7;
    std::printf("  %*s", left ? -widths[i] : widths[i], cells[i].c_str());
  }
  std::printf("\n");
  std::fflush(stdout); // a row may take a minute, and the next one another
}

} // namespace

verdict judge(const row& of, const std::vector<sample>& ours, const std::vector<sample>& floors) {
  std::vector<double> values;
  std::vector<double> floor_values;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    values.push_back(ours[i].value);
    if (i < floors.size()) {
      floor_values.push_back(floors[i].value);
      ratios.push_back(ours[i].value / floors[i].value);
    }
  }
  verdict v;
  v.name = of.name;
  v.unit = of.unit;
  v.what = of.what;
  v.target = of.target;
  v.value = median(values);
  if (!ratios.empty()) {
    v.floor = median(floor_values);
    v.ratio = median(ratios);
  }
  v.spread = spread(ratios.empty() ? values : ratios);
  const auto reached = v.ratio.value_or(v.value);
  v.met = of.what == row::goal::at_most ? reached <= of.target : reached >= of.target;
  v.details.cpu_us_per_event = median_of(ours, &sample::cpu_us_per_event);
  v.details.peak_mib = median_of(ours, &sample::peak_mib);
  v.details.p50_ms = median_of(ours, &sample::p50_ms);
  v.details.p99_ms = median_of(ours, &sample::p99_ms);
  return v;
}

table::table(int name_width) : name_width_{name_width} {
  print(line{"row", "ours", "unit", "floor", "ratio", "spread", "target", "met", "CPU us/event",
             "peak MiB", "p50 ms", "p99 ms"},
        name_width_);
}

void table::add(const verdict& v) const {
  print(line_of(v), name_width_);
}

std::string to_json(const std::vector<verdict>& verdicts) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  };
  auto rows = nlohmann::ordered_json::array();
  for (const auto& v : verdicts) {
    const bool judged = v.what != row::goal::for_the_record;
    rows.push_back({{"name", v.name},
                    {"value", v.value},
                    {"unit", v.unit},
                    {"floor", number(v.floor)},
                    {"ratio", number(v.ratio)},
                    {"spread", v.spread},
                    {"target", number(judged ? std::optional{v.target} : std::nullopt)},
                    {"met", judged ? nlohmann::ordered_json(v.met) : nullptr},
                    {"cpu_us_per_event", number(v.details.cpu_us_per_event)},
                    {"peak_mib", number(v.details.peak_mib)},
                    {"p50_ms", number(v.details.p50_ms)},
                    {"p99_ms", number(v.details.p99_ms)}});
  }
  return rows.dump(2) + "\n";
}

} // namespace bench
