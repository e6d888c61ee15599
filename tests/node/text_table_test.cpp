#include "node/text_table.hpp"

#include "tests/catch.hpp"

#include <sstream>

using namespace waymark::node;

TEST_CASE("columns align, whatever the characters and colours") {
  text_table table{{{"name"}, {"lag", text_table::align::right}, {"state"}}};
  table.add({"größe", "1,250", "\033[32mrunning\033[0m"});
  table.add({"a\nb", "7"});
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() == "name     lag  state\n"
                     "größe  1,250  \033[32mrunning\033[0m\n"
                     "a b        7\n");
}

TEST_CASE("a table without rows prints nothing") {
  std::ostringstream out;
  text_table{{{"name"}}}.print(out);
  CHECK(out.str().empty());
}

TEST_CASE("numbers for people have commas") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(-1234567) == "-1,234,567");
  CHECK(with_commas(-123) == "-123");
  CHECK(counted(1, "event") == "1 event");
  CHECK(counted(2000, "event") == "2,000 events");
}
