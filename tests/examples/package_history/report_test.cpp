#include "examples/package_history/report.hpp"

#include "tests/catch.hpp"

using namespace history;

TEST_CASE("the comparison says how many, and lists what differs") {
  CHECK(to_text(comparison{738, {}}, {}) == "738 packages compared with dpkg: 0 differ\n");
  const comparison two{
      2, {{"a:all", "not installed", "installed 1"}, {"b:amd64", "installed 1", "not installed"}}};
  CHECK(to_text(two, {}) == "2 packages compared with dpkg: 2 differ\n"
                            "  package  the log says   dpkg says\n"
                            "  a:all    not installed  installed 1\n"
                            "  b:amd64  installed 1    not installed\n");
}

TEST_CASE("of very many problems the first few are shown") {
  std::vector<import_problem> problems(1002, {"dpkg.log", 3, "why"});
  const auto text = to_text(problems);
  CHECK(text.find("dpkg.log:3: unreadable line: why\n") == 0);
  CHECK(text.find("\nand 982 more\n") != std::string::npos);
}

TEST_CASE("a report without a busy day and with colors") {
  report_figures figures;
  figures.store = "memory:";
  figures.files = 1;
  figures.elapsed = std::chrono::milliseconds{250};
  figures.projections = {{"daily-activity", 0, 0.0, 1}};
  CHECK(to_text(figures, {}) == "store    memory:\n"
                                "read     0 lines of 1 log file\n"
                                "events   0, 0 new in this run\n"
                                "speed    0.25 s, nothing to add\n"
                                "lag      daily-activity  0 events, 0.0 s\n"
                                "letters  daily-activity  1 dead letter\n");
  figures.busiest_days = {{"2025-05-20", 20, 10, 0}, {"2025-05-21", 0, 1, 0}};
  const auto colored = to_text(figures, {true, true});
  CHECK(colored.find("2025-05-21           0         1         0  \x1b[32m\u2588\x1b[0m\n") !=
        std::string::npos);
}
