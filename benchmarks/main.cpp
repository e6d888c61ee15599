#include "benchmarks/child.hpp"
#include "benchmarks/options.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/verdict.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <unistd.h>

namespace bench {

std::vector<row> all_rows() {
  std::vector<row> all;
  for (const auto make : {sqlite_catch_up_rows, memory_catch_up_rows, append_rows, engine_rows,
                          parked_rows, failure_rows, postgres_append_rows, postgres_catch_up_rows,
                          postgres_live_rows, node_append_rows, node_rows}) {
    auto some = make();
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

namespace {

/// One line on a terminal, written over again and again.
class progress {
 public:
  ~progress() { show(""); }
  void show(const std::string& text) const {
    if (terminal_)
      std::fprintf(stderr, "\r\033[K%s", text.c_str());
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
};

verdict measure(const row& of, setting& in, const progress& line, const std::string& prefix) {
  line.show(prefix + of.name + ": preparing");
  const auto sides = of.prepare(in);
  std::vector<sample> ours;
  std::vector<sample> floors;
  const auto runs = in.with().runs;
  for (int i = 1; i <= runs; ++i) {
    line.show(prefix + of.name + ": run " + std::to_string(i) + " of " + std::to_string(runs));
    if (sides.floor)
      floors.push_back(sides.floor());
    ours.push_back(sides.ours());
  }
  return judge(of, ours, floors);
}

std::vector<row> wanted_rows(const options& with) {
  std::vector<row> wanted;
  std::string names;
  for (auto& each : all_rows()) {
    names += "\n  " + each.name;
    if (each.name.find(with.only) != std::string::npos)
      wanted.push_back(std::move(each));
  }
  if (wanted.empty())
    throw std::invalid_argument{"no row's name contains \"" + with.only + "\"; there are" + names};
  return wanted;
}

int longest_name(const std::vector<row>& of) {
  std::size_t longest = 0;
  for (const auto& each : of)
    longest = std::max(longest, each.name.size());
  return static_cast<int>(longest);
}

int run(const options& with) {
  const auto wanted = wanted_rows(with);
  std::vector<verdict> verdicts;
  setting in{with};
  const table rows{longest_name(wanted)};
  for (const auto& each : wanted) {
    const auto prefix =
        "[" + std::to_string(verdicts.size() + 1) + "/" + std::to_string(wanted.size()) + "] ";
    verdicts.push_back(measure(each, in, progress{}, prefix));
    rows.add(verdicts.back());
  }
  if (with.runs < least_runs)
    std::printf("%d of at least %d pairs of runs: a look, no measurement\n", with.runs, least_runs);
  if (!with.json.empty() && !(std::ofstream{with.json} << to_json(verdicts)))
    throw std::runtime_error{"can't write " + with.json};
  return EXIT_SUCCESS;
}

} // namespace

} // namespace bench

int main(int count, char** arguments) {
  try {
    if (const auto status = bench::run_as_child(count, arguments))
      return *status;
    const auto with = bench::options_from(count, arguments);
    return with ? bench::run(*with) : EXIT_SUCCESS;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "waymark-bench: %s\n", problem.what());
    return EXIT_FAILURE;
  }
}
