#include "examples/package_history/line_reader.hpp"

#include "examples/package_history/line.hpp"
#include "tests/catch.hpp"
#include "tests/examples/package_history/log_folder.hpp"

#include <string>
#include <vector>

using namespace history;

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> result;
  line_reader reader{path};
  while (auto line = reader.next()) {
    CHECK(line->number == static_cast<std::int64_t>(result.size()) + 1);
    result.push_back(line->text + (line->whole ? "\n" : ""));
  }
  CHECK(reader.offset_bytes() == reader.size_bytes());
  return result;
}

} // namespace

TEST_CASE("plain and gzipped files give the same lines") {
  log_folder logs;
  using namespace std::string_literals;
  const auto text = "one\n\nthree\0x\nlast"s;
  const std::vector<std::string> expected{"one\n", "\n", "three\0x\n"s, "last"};
  CHECK(lines_of(logs.write("plain", text)) == expected);
  CHECK(lines_of(logs.write_gz("zipped.gz", text)) == expected);
  CHECK(lines_of(logs.write("empty", "")).empty());
}

TEST_CASE("lines that cross the buffer's end are whole") {
  log_folder logs;
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "line number " + std::to_string(i) + '\n';
  const auto lines = lines_of(logs.write_gz("big.gz", text));
  REQUIRE(lines.size() == 20'000);
  std::string joined;
  for (const auto& line : lines)
    joined += line;
  CHECK(joined == text);
}

TEST_CASE("an endless line takes bounded memory") {
  log_folder logs;
  line_reader reader{logs.write_gz("long.gz", std::string(1'000'000, 'x') + "\nnext\n")};
  CHECK(reader.next()->text.size() == max_line_bytes + 1);
  CHECK(reader.next()->text == "next");
  CHECK_FALSE(reader.next());
}

TEST_CASE("a damaged file gives what can be read, then says where it ends") {
  log_folder logs;
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += std::to_string(i * 7919) + '\n';
  const auto path = logs.write_gz("damaged.gz", text);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  line_reader reader{path};
  std::int64_t lines = 0;
  CHECK_THROWS_AS(
      [&] {
        while (reader.next())
          ++lines;
      }(),
      log_error);
  CHECK(lines > 1000);
}

TEST_CASE("what can't be opened is named") {
  log_folder logs;
  CHECK_THROWS_WITH(line_reader{"/nowhere/dpkg.log"},
                    Catch::Matchers::ContainsSubstring("/nowhere/dpkg.log: No such file"));
  CHECK_THROWS_WITH(line_reader{logs.path().string()},
                    Catch::Matchers::ContainsSubstring("is a folder"));
}
