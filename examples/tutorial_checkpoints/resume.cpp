#include "examples/temporary_folder.hpp"
#include "examples/tutorial_checkpoints/desk.hpp"
#include "examples/tutorial_checkpoints/lessons.hpp"
#include "examples/tutorial_checkpoints/tasks.hpp"

#include <iostream>

namespace tutorial {

namespace {

std::ostream& operator<<(std::ostream& out, const task_counts& counts) {
  return out << "created " << counts.created << ", completed " << counts.completed;
}

void first_tasks(desk& d) {
  d.append("a", task_created{"Task A"});
  d.append("b", task_created{"Task B"});
  d.append("a", task_completed{});
}

void later_tasks(desk& d) {
  d.append("c", task_created{"Task C"});
  d.append("b", task_completed{});
}

/// The counts of a projection that saw nothing but the events after `position`.
task_counts new_since(desk& d, waymark::position_t position) {
  task_counts counts;
  for (const auto& e : d.log().read_all(position).events)
    ++(e.event_type == "TaskCreated" ? counts.created : counts.completed);
  return counts;
}

} // namespace

void basic_checkpoint() {
  heading("A checkpoint");
  desk d{"memory:"};
  auto counter = d.project(task_counter());

  for (const auto* id : {"1", "2", "3"})
    counter.handle(d.append(id, task_created{std::string{"Task "} + id}));

  const auto& counts = counter.state<task_counts>();
  std::cout << "Tasks created:   " << counts.created << '\n'
            << "Tasks completed: " << counts.completed << '\n'
            << "Checkpoint:      position " << counter.checkpoint()->position << '\n'
            << "Last event:      " << last_event_id(counter) << '\n';
}

void resume_after_restart() {
  heading("A restart, with the read model in memory");
  desk d{"memory:"};
  first_tasks(d);
  {
    auto counter = d.project(task_counter());
    counter.resume(d.log());
    std::cout << "Before:  " << counter.state<task_counts>() << '\n'
              << "  checkpoint at " << last_event_id(counter) << '\n';
  } // the projection ends, and its memory with it

  auto counter = d.project(task_counter());
  std::cout << "After:   " << counter.state<task_counts>() << " (the memory is lost)\n"
            << "  checkpoint at " << last_event_id(counter) << " (the record is kept)\n";

  const auto before = counter.checkpoint()->position;
  later_tasks(d);
  std::cout << "\nTwo new events. Those after the checkpoint alone would give:\n"
            << "  " << new_since(d, before) << '\n';
  counter.resume(d.log());
  std::cout << "An in-memory projection replays the log from the start in each process:\n"
            << "  " << counter.state<task_counts>() << '\n';
}

void resume_on_sqlite() {
  heading("A restart, with the read model in SQLite");
  const examples::temporary_folder folder;
  const auto address = "sqlite:" + folder.file("tasks.db");
  {
    desk d{address};
    first_tasks(d);
    auto counter = d.project(task_counter_on_disk());
    counter.resume(d.log());
    std::cout << "Before:  " << counts_on_disk(*d.where.projections) << '\n'
              << "  checkpoint at " << last_event_id(counter) << '\n';
  } // the file is closed

  desk d{address};
  auto counter = d.project(task_counter_on_disk());
  std::cout << "After:   " << counts_on_disk(*d.where.projections) << " (kept)\n"
            << "  checkpoint at " << last_event_id(counter) << " (kept)\n";
  later_tasks(d);
  const auto handled = counter.resume(d.log());
  std::cout << "Resumed: " << counts_on_disk(*d.where.projections) << '\n'
            << "  " << handled << " events handled, none of them twice\n";
}

} // namespace tutorial
