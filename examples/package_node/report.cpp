// package_report STORE: prints the busiest days out of the projected tables, and compares the
// installed packages with dpkg's own database. Ends with 1 if any differs.
#include "examples/package_history/report.hpp"
#include "examples/package_history/comparison.hpp"

#include <waymark/persistence/store.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::vector<history::package_state> installed(waymark::read_model& db) {
  std::vector<history::package_state> result;
  for (const auto& [name, architecture, state, version] :
       db.query_as<std::string, std::string, std::string, std::string>(
           "SELECT name, architecture, state, version FROM installed_packages"))
    result.push_back({name, architecture, state, version});
  return result;
}

} // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: package_report STORE\n";
    return 2;
  }
  const auto style = history::text_style::of_standard_output();
  const auto store = waymark::open(argv[1], {.create = false});
  std::vector<history::day_figures> days;
  std::vector<history::package_state> packages;
  store.projections->read([&](waymark::read_model& db) {
    days = history::busiest_days(db);
    packages = installed(db);
  });
  const auto found = history::compare(packages, history::dpkg_database());
  std::cout << history::to_text(days, style) << '\n' << history::to_text(found, style);
  return found.differences.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& e) {
  std::cerr << "package_report: " << e.what() << '\n';
  return EXIT_FAILURE;
}
