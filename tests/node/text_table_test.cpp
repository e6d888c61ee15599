#include "node/text_table.hpp"

#include "tests/catch.hpp"

#include <sstream>

using namespace waymark::node;

TEST_CASE("columns align, whatever the characters and colours") {
  using enum text_table::align;
  text_table table{{{"name"}, {"lag", right}, {"state", left, 0, text_table::whole, true}}};
  table.add({"größe", "1,250", "\033[32mrunning\033[0m"});
  table.add({"a\nb", "7"});
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() == "name     lag  state\n"
                     "größe  1,250  \033[32mrunning\033[0m\n"
                     "a b        7\n");
}

TEST_CASE("on a narrow terminal columns are left out first, then cells are cut") {
  using enum text_table::align;
  text_table table{
      {{"name", left, 0, 4, true}, {"lag", right}, {"head", right, 1}, {"error", left, 0, 6}}};
  table.add({"\033[1mgrößer\033[0m", "1", "9,000", "no such table"});
  const auto printed = [&](std::size_t columns) {
    std::ostringstream out;
    table.print(out, columns);
    return out.str();
  };
  CHECK(printed(33) == printed(text_table::whole));
  CHECK(printed(27) == "name    lag   head  error\n"
                       "\033[1mgrößer\033[0m    1  9,000  no suc…\n");
  CHECK(printed(24) == "name  lag   head  error\n"
                       "\033[1mgrö…\033[0m    1  9,000  no su…\n");
  CHECK(printed(20) == "name    lag  error\n"
                       "\033[1mgrößer\033[0m    1  no suc…\n");
  CHECK(printed(5) == "name  lag  error\n"
                      "\033[1mgrö…\033[0m    1  no su…\n");
}

TEST_CASE("a terminal takes nothing in a cell for orders") {
  text_table table{{{"key"}, {"event"}}};
  table.add({"6\033[31mred", "E\033[2J\x7f\xc2\x9bK\xff"});
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() == "key           event\n"
                     "6\\x1b[31mred  E\\x1b[2J\\x7f\\xc2\\x9bK\\xff\n");
  CHECK(printable("größe\na\tb\r") == "größe\na\tb\\x0d");
}

TEST_CASE("JSON says the same without control characters") {
  CHECK(printable_json("{\"ä\": \"\302\2332J\177\303\"}") ==
        "{\"ä\": \"\\u009b2J\\u007f\303\"}");
}

TEST_CASE("a table without rows prints nothing") {
  std::ostringstream out;
  text_table{{{"name"}}}.print(out);
  CHECK(out.str().empty());
}

TEST_CASE("long sentences are folded where the terminal ends") {
  const std::string text{"a: größere 12345 words\033[0m  and one_that_is_too_long_for_it end"};
  CHECK(folded(text, 200) == text);
  CHECK(folded(text, 16) == "a: größere 12345\n  words\033[0m  and\n"
                            "  one_that_is_too_long_for_it\n  end");
  CHECK(folded("", 10).empty());
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
