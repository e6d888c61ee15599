#include "node/event_line.hpp"

#include "fuzz/fuzz.hpp"
#include "messages/text.hpp"
#include "tests/node/stored_event.hpp"

using namespace waymark;
using test::stored;

/// What is read from a line and may be stored is written so that it is read as the same.
void fuzz::one_input(std::string_view input) {
  const auto read = node::read_event_line(input);
  require(is_utf8(read.problem), "reasons are text");
  if (!read.problem.empty())
    return;
  require(read.command.events.size() == 1, "a line is an event");
  if (find_mistake(read.command))
    return;
  const auto e = stored(read.command);
  auto line = node::write_event_line(e);
  if (canary && e.schema_version > 2 && e.schema_version != 8) // the corpus has 1, 2 and 8
    line.pop_back();
  require(line.find_first_of("\r\n") == line.npos, "an event is a line");
  const auto again = node::read_event_line(line);
  require(again.problem.empty(), "what was written can be read");
  require(!find_mistake(again.command), "what was written can be stored");
  require(node::write_event_line(stored(again.command)) == line, "it is read as the same");
}
