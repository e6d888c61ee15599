#include "node/catching_up.hpp"

#include "node/text_table.hpp"

#include <waymark/messages/clock.hpp>

#include <algorithm>
#include <poll.h>

namespace waymark::node {

namespace {

constexpr int glance_ms = 50;

/// A handler that hangs fails its projection, and a moment later the node ends itself. A wait that
/// ended in between would stop the engine, and the next process would not hear of that handler.
bool ends_the_node(const projection_status& of) {
  return of.state == projection_state::failed && of.evidence.unrecoverable &&
         clock::system().now() - of.since < std::chrono::seconds{10};
}

/// A reset holds what it is about to empty, which then goes on by itself; other pauses wait for
/// somebody.
bool stands(const projection_status& of) {
  return (has_come_to_a_stand(of.state) && !ends_the_node(of)) ||
         (of.state == projection_state::paused && !of.evidence.held);
}

void show(console& terminal, position_t slowest, position_t head, std::size_t waiting) {
  terminal.show_progress("projecting: " + with_commas(slowest) + " of " + with_commas(head) +
                         " events, " + counted(static_cast<long long>(waiting), "projection") +
                         " on the way");
}

void note_set_aside(const projection_status& status, catch_up_report& report) {
  const auto& counts = status.set_aside;
  if (counts.letters == 0 && counts.parked_events == 0)
    return;
  auto text = status.key.projection + ": " + counted(counts.letters, "event") + " given up";
  if (const auto behind = counts.parked_events - counts.letters; behind > 0)
    text += ", " + counted(behind, "event") + " parked behind";
  report.set_aside.push_back(std::move(text));
}

} // namespace

catch_up_report wait_until_caught_up(engine& on, const interruption& signals, console& terminal) {
  catch_up_report report;
  report.head = on.head();
  auto waiting = on.names();
  while (!waiting.empty() && !report.interrupted) {
    auto slowest = report.head;
    std::erase_if(waiting, [&](const std::string& name) {
      const auto status = on.status(name);
      if (status.passed < report.head && !stands(status)) {
        slowest = std::min(slowest, status.passed);
        return false;
      }
      if (status.passed < report.head)
        report.standing.push_back(on.explain(name));
      note_set_aside(status, report);
      return true;
    });
    show(terminal, slowest, report.head, waiting.size());
    pollfd signal{signals.descriptor(), POLLIN, 0};
    if (!waiting.empty() && ::poll(&signal, 1, glance_ms) > 0)
      report.interrupted = true;
  }
  terminal.show_progress("");
  return report;
}

} // namespace waymark::node
