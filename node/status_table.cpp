#include "node/status_table.hpp"

#include "node/text_table.hpp"

#include <waymark/messages/status.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <ostream>

namespace waymark::node {

namespace {

using nlohmann::json;

std::string count_in(const json& value) {
  return value.is_number_integer() ? with_commas(value.get<std::int64_t>()) : "-";
}

std::string duration_in(const json& value) {
  return value.is_number() ? rough_duration(value.get<double>()) : "-";
}

void add_row(const json& p, text_table& to, const console& terminal) {
  to.add({p["projection"].get<std::string>(),
          painted_state(p["state"].get<std::string>(), terminal),
          count_in(p["position"]),
          count_in(p["head"]),
          count_in(p["lag_events"]),
          duration_in(p["lag_seconds"]),
          duration_in(p["time_to_catch_up_seconds"]),
          with_commas(std::llround(p["events_per_second"].get<double>())),
          count_in(p["restarts"]),
          count_in(p["dead_letters"]),
          count_in(p["parked_keys"])});
}

void print_remarks(const json& p, console& terminal) {
  const auto name = p["projection"].get<std::string>();
  const auto print = [&](const std::string& text) {
    terminal.out() << folded(printable(name + ": " + text), terminal.columns()) << '\n';
  };
  if (const auto reason = p["reason"].get<std::string>();
      !reason.empty() && p["state"] != "running" && p["state"] != "not_running")
    print(reason);
  if (p["last_error"].is_string())
    print("last error: " + p["last_error"].get<std::string>());
}

} // namespace

void print_status(const json& found, console& terminal) {
  using enum text_table::align;
  text_table table{{{"projection", left, 0, 24},
                    {"state", left, 0, text_table::whole, true},
                    {"checkpoint", right},
                    {"head", right, 1},
                    {"lag", right},
                    {"waiting", right, 5},
                    {"to go", right, 4},
                    {"events/s", right, 6},
                    {"restarts", right, 2},
                    {"letters", right},
                    {"parked keys", right, 3}}};
  for (const auto& each : found["projections"])
    add_row(each, table, terminal);
  if (table.empty())
    terminal.out() << "There are no projections.\n";
  table.print(terminal.out(), terminal.columns());
  for (const auto& each : found["projections"])
    print_remarks(each, terminal);
  if (!found.value("running", true))
    terminal.out() << "No node runs; this is what the stores tell.\n";
}

std::string painted_state(const std::string& state, const console& terminal) {
  if (state == "running")
    return terminal.paint(state, colour::green);
  const auto known = parse_projection_state(state);
  if (known && has_come_to_a_stand(*known))
    return terminal.paint(state, colour::red);
  return terminal.paint(state, state == "not_running" ? colour::dim : colour::yellow);
}

std::string rough_duration(double seconds) {
  struct unit {
    const char* name;
    double length;
  };
  constexpr unit units[]{{"d", 86'400}, {"h", 3'600}, {"min", 60}, {"s", 1}};
  for (const auto& each : units)
    if (seconds >= each.length || each.length == 1) {
      char text[64];
      const auto number = seconds / each.length;
      std::snprintf(text, sizeof text, number < 10 && number > 0 ? "%.1f %s" : "%.0f %s", number,
                    each.name);
      return text;
    }
  return {};
}

} // namespace waymark::node
