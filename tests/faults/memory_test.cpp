#include "tests/catch.hpp"
#include "tests/faults/child_process.hpp"
#include "tests/supervisors/engine_fixture.hpp"

using namespace waymark;
using namespace waymark::test;

namespace {

/// A log much longer than the memory that its reader is given.
void write_long_log(const store& to, int events, std::size_t bytes_each) {
  const auto metadata = R"({"filler": ")" + std::string(bytes_each, 'x') + R"("})";
  constexpr int group = 200;
  for (int done = 0; done < events; done += group) {
    std::vector<append_command> commands;
    for (int i = 0; i < group; ++i) {
      auto command = order("o-" + std::to_string(done + i), "monday", 1);
      command.events[0].metadata = metadata;
      commands.push_back(std::move(command));
    }
    for (const auto& each : to.events->append(commands))
      static_cast<void>(each.value_or_throw());
  }
}

} // namespace

TEST_CASE("a process with little memory catches up on a long log") {
  engine_fixture test;
  write_long_log(test.open_file(), 10'000, 16u * 1024); // 160 MiB
  child_process child{"memory_child", {test.folder.file("test.db"), "64"}};
  CHECK(child.next_line() == "caught up");
  CHECK(child.next_line() == "limited");
  const auto file = test.open_file();
  CHECK(file.projections->load({"revenue", 0})->position == 10'000);
}
