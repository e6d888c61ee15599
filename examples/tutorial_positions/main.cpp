#include "examples/temporary_folder.hpp"

#include <nlohmann/json.hpp>
#include <waymark/messages/event_macros.hpp>
#include <waymark/persistence/store.hpp>

#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <string>

/// The position store: a number under a name. It is all that is needed by a reader who drives a
/// projection with their own hands; what such a reader has to look after is the last lesson.
namespace tutorial {

struct task_created {
  std::string title;
};
WAYMARK_EVENT(task_created, "TaskCreated", "Task", title);

void heading(const char* title) {
  std::cout << "\n=== " << title << " ===\n\n";
}

void append_tasks(waymark::event_store& log, int from, int to) {
  for (int i = from; i <= to; ++i)
    log.append({{"Task", std::to_string(i)},
                waymark::no_stream,
                {waymark::typed_event(task_created{"Task " + std::to_string(i)})}});
}

/// A projection without a framework: titles by task, and the position behind them.
class task_titles {
 public:
  task_titles(std::shared_ptr<waymark::projection_store> positions, std::string name)
      : positions_{std::move(positions)}, name_{std::move(name)} {}

  void handle(const waymark::event& e) {
    titles_[e.aggregate_id] = e.json().at("title");
    if (!crash_before_saving)
      positions_->save_position(name_, e.position);
  }

  /// Handles what comes after the saved position, page by page; returns how many events there were.
  int resume(waymark::event_store& log) {
    int handled = 0;
    auto after = positions_->load_position(name_).value_or(0);
    for (const auto head = log.head(); after < head;) {
      const auto page = log.read_all(after, {}, {.event_types = {"TaskCreated"}});
      for (const auto& e : page.events)
        handle(e);
      handled += static_cast<int>(page.events.size());
      after = page.scanned_to;
    }
    return handled;
  }

  [[nodiscard]] const std::map<std::string, std::string>& titles() const { return titles_; }

  bool crash_before_saving = false;

 private:
  std::shared_ptr<waymark::projection_store> positions_;
  std::string name_;
  std::map<std::string, std::string> titles_;
};

void save_and_load() {
  heading("The position store");
  const auto store = waymark::open("memory:");
  if (!store.projections->load_position("projection-1"))
    std::cout << "Nothing saved yet\n";
  store.projections->save_position("projection-1", 150);
  std::cout << "Resume from: " << store.projections->load_position("projection-1").value() << '\n';
}

void resume_from_the_saved_position() {
  heading("A projection that resumes from its saved position");
  const auto store = waymark::open("memory:");
  task_titles projection{store.projections, "titles"};
  append_tasks(*store.events, 1, 3);
  std::cout << "First resume:   " << projection.resume(*store.events) << " events\n";
  append_tasks(*store.events, 4, 5);
  std::cout << "Second resume:  " << projection.resume(*store.events) << " events, the new ones\n"
            << "Third resume:   " << projection.resume(*store.events) << " events\n";
}

void complete_example() {
  heading("The complete example");
  const auto store = waymark::open("memory:");
  task_titles projection{store.projections, "main"};
  append_tasks(*store.events, 1, 5);
  projection.resume(*store.events);
  std::cout << "Checkpoint:      " << store.projections->load_position("main").value() << '\n'
            << "Tasks processed: " << projection.titles().size() << '\n';
}

/// The position survives the process, but it is saved beside the effect and not together with it.
void in_production() {
  heading("In production: on SQLite, with a crash");
  const examples::temporary_folder folder;
  const auto address = "sqlite:" + folder.file("tasks.db");
  {
    const auto store = waymark::open(address);
    append_tasks(*store.events, 1, 5);
    task_titles projection{store.projections, "main"};
    projection.resume(*store.events);
    append_tasks(*store.events, 6, 6);
    projection.crash_before_saving = true;
    projection.resume(*store.events);
    std::cout << "Before the restart: saved position "
              << store.projections->load_position("main").value() << ", "
              << projection.titles().size() << " tasks; the crash came before the save\n";
  }
  const auto store = waymark::open(address);
  task_titles projection{store.projections, "main"};
  std::cout << "After the restart:  saved position "
            << store.projections->load_position("main").value() << ", "
            << projection.resume(*store.events) << " event handled a second time\n"
            << "A title under its task's id bears that; a counter would count twice.\n"
            << "Use waymark::projection, whose checkpoint commits together with its tables.\n";
}

} // namespace tutorial

int main() {
  try {
    tutorial::save_and_load();
    tutorial::resume_from_the_saved_position();
    tutorial::complete_example();
    tutorial::in_production();
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
