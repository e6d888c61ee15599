#include "examples/package_history/text.hpp"

#include "examples/package_history/progress_bar.hpp"
#include "tests/catch.hpp"

using namespace history;

TEST_CASE("numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(-1234) == "-1,234");
}

TEST_CASE("columns are aligned, numbers to the right") {
  CHECK(aligned({{"day", "installs"}, {"monday", "7", "x"}, {"\xc3\xa4", "1,000"}}, "  ") ==
        "  day     installs\n"
        "  monday         7  x\n"
        "  \xc3\xa4          1,000\n");
}

TEST_CASE("a progress line has a bar if the end is known") {
  CHECK(progress_line("reading", 0.5, "10 lines") ==
        "reading    [###############...............]  50 %  10 lines");
  CHECK(progress_line("reading", 1.5, "x") ==
        "reading    [##############################] 100 %  x");
  CHECK(progress_line("reading", -1, "10 lines") == "reading    10 lines");
}
