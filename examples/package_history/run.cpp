#include "run.hpp"

#include "comparison.hpp"
#include "import.hpp"
#include "log_files.hpp"
#include "progress_bar.hpp"
#include "projections.hpp"
#include "report.hpp"
#include "text.hpp"

#include <waymark/persistence/store.hpp>
#include <waymark/supervisors/engine.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

namespace history {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto glance = 100ms; // between two looks at the projections
constexpr auto patience = 60s; // without any progress
constexpr auto comparison_pause = 300ms;
constexpr int comparison_rounds = 5;

std::vector<line_reader> open_wanted(const options& wanted) {
  std::vector<line_reader> logs;
  if (wanted.files.empty())
    logs = open_logs(wanted.log_folder);
  for (const auto& file : wanted.files)
    logs.emplace_back(file);
  if (logs.empty())
    throw log_error{"there is no dpkg.log in " + wanted.log_folder +
                    "; give the log files as arguments"};
  return logs;
}

/// Nobody has made the folder of the default store; that of another is where its owner wants it.
waymark::store open_store(const options& wanted) {
  const auto address = wanted.store.empty() ? default_store() : wanted.store;
  constexpr std::string_view scheme = "sqlite:";
  if (wanted.store.empty()) {
    const auto file = std::filesystem::path{address.substr(scheme.size())};
    std::filesystem::create_directories(file.parent_path());
  }
  return waymark::open(address);
}

/// Silent unless asked: what matters of it is in the report, or in the error that ends the run.
waymark::engine_options engine_options(bool verbose) {
  waymark::engine_options result;
  result.log.level = verbose ? waymark::log_level::info : waymark::log_level::off;
  return result;
}

/// The work of one run: an engine with both projections, and what is done with it.
class package_history {
 public:
  explicit package_history(const options& wanted)
      : wanted_{wanted}, engine_{open_store(wanted), engine_options(wanted.verbose)} {
    handles_.push_back(engine_.start(installed_packages()));
    handles_.push_back(engine_.start(daily_activity()));
  }

  int run(std::vector<line_reader> logs) {
    const auto style = text_style::of_standard_output();
    const auto begin = steady_clock::now();
    const auto imported = import(std::move(logs));
    wait_for_projections();
    const auto figures = gather(engine_, imported, steady_clock::now() - begin);
    bar_.clear();
    std::cerr << to_text(imported.broken_files) << to_text(imported.broken_lines);
    std::cout << to_text(figures, style) << '\n' << std::flush;
    return report_comparison(style) && imported.broken_files.empty() ? 0 : 1;
  }

 private:
  import_result import(std::vector<line_reader> logs) {
    import_options options;
    options.still_written = wanted_.files.empty();
    options.report = [&](const import_progress& p) {
      const double fraction = p.total_bytes == 0 ? -1
                                                 : static_cast<double>(p.done_bytes) /
                                                       static_cast<double>(p.total_bytes);
      bar_.show("reading", fraction, grouped(p.lines) + " lines");
    };
    return import_logs(engine_, std::move(logs), options);
  }

  void wait_for_projections() {
    for (const auto& handle : handles_) {
      auto best = handle.status().passed;
      auto deadline = steady_clock::now() + patience;
      while (!has_caught_up(handle)) {
        const auto status = handle.status();
        show(status);
        if (status.passed > best)
          deadline = steady_clock::now() + patience;
        best = std::max(best, status.passed);
        if (steady_clock::now() > deadline)
          throw std::runtime_error{handle.explain()};
      }
    }
  }

  [[nodiscard]] bool has_caught_up(const waymark::projection_handle& handle) const {
    try {
      if (handle.wait_until_caught_up(glance) == waymark::wait_result::stopped)
        throw std::runtime_error{handle.explain()};
      return true;
    } catch (const waymark::timeout_error&) {
      return false;
    }
  }

  void show(const waymark::projection_status& status) {
    const auto head = status.head.value_or(0);
    const double fraction =
        head == 0 ? -1 : static_cast<double>(status.passed) / static_cast<double>(head);
    const bool well = status.state == waymark::projection_state::running;
    bar_.show("projecting", fraction,
              status.key.projection + ": " + (well ? grouped(status.passed) : status.reason));
  }

  /// Compares until both agree or dpkg is at rest: while it works, its log runs ahead of what was
  /// read, and its database a little behind its log.
  comparison compare_at_rest() {
    bool at_rest = !wanted_.files.empty();
    for (int round = 1;; ++round) {
      auto found = compare(installed(), dpkg_database());
      if (found.differences.empty() || at_rest || round == comparison_rounds)
        return found;
      std::this_thread::sleep_for(comparison_pause);
      at_rest = import(open_wanted(wanted_)).added == 0;
      wait_for_projections();
      bar_.clear();
    }
  }

  [[nodiscard]] std::vector<package_state> installed() const {
    std::vector<package_state> result;
    for (const auto& [name, architecture, state, version] :
         engine_.read(installed_packages_name)
             .query_as<std::string, std::string, std::string, std::string>(
                 "SELECT name, architecture, state, version FROM installed_packages"))
      result.push_back({name, architecture, state, version});
    return result;
  }

  /// @returns false if something differs.
  bool report_comparison(const text_style& style) {
    if (!wanted_.compare) {
      std::cout << "not compared with dpkg: --compare does it, if the log is this machine's own\n";
      return true;
    }
    const auto found = compare_at_rest();
    std::cout << to_text(found, style);
    return found.differences.empty();
  }

  const options& wanted_;
  progress_bar bar_;
  waymark::engine engine_;
  std::vector<waymark::projection_handle> handles_;
};

} // namespace

int run(const options& wanted) {
  auto logs = open_wanted(wanted);
  return package_history{wanted}.run(std::move(logs));
}

} // namespace history
