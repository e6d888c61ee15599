#include "examples/temporary_folder.hpp"
#include "examples/tutorial_checkpoints/desk.hpp"
#include "examples/tutorial_checkpoints/lessons.hpp"
#include "examples/tutorial_checkpoints/orders.hpp"
#include "examples/tutorial_checkpoints/tasks.hpp"

#include <iostream>
#include <stdexcept>
#include <vector>

using namespace std::chrono_literals;

namespace tutorial {

namespace {

std::ostream& operator<<(std::ostream& out, const task_counts& counts) {
  return out << "created " << counts.created << ", completed " << counts.completed;
}

waymark::append_command command(std::string type, int number, waymark::new_event data) {
  return {{std::move(type), std::to_string(number)}, waymark::any_version, {std::move(data)}};
}

/// 2,000 tasks, every fourth of them completed, and 500 orders in between; in one group, which is
/// one transaction.
void append_a_long_history(waymark::event_store& log) {
  std::vector<waymark::append_command> group;
  for (int i = 0; i < 2000; ++i) {
    group.push_back(command("Task", i, waymark::typed_event(task_created{std::to_string(i)})));
    if (i % 4 == 0)
      group.push_back(command("Task", i, waymark::typed_event(task_completed{})));
    if (i % 4 == 1)
      group.push_back(command("Order", i, waymark::typed_event(order_placed{i})));
  }
  for (const auto& result : log.append(group))
    (void)result.value_or_throw();
}

/// The first version, with a bug: it counts each completed task as two.
waymark::projection task_counter_with_a_bug() {
  constexpr auto add = "INSERT INTO task_counts VALUES ($1, $2) "
                       "ON CONFLICT (what) DO UPDATE SET n = task_counts.n + excluded.n";
  return waymark::projection{"task-counter"}
      .table("CREATE TABLE IF NOT EXISTS task_counts (what TEXT PRIMARY KEY, n BIGINT NOT NULL)")
      .truncate("DELETE FROM task_counts")
      .on<task_created>(
          [=](waymark::read_model& db, const task_created&) { db.execute(add, "created", 1); })
      .on<task_completed>(
          [=](waymark::read_model& db, const task_completed&) { db.execute(add, "completed", 2); });
}

/// Prints a line for each thousand events.
class progress_lines {
 public:
  void operator()(const waymark::projector::progress& now) {
    for (; printed_ + 1000 <= now.handled; printed_ += 1000)
      std::cout << "  rebuilding: " << printed_ + 1000 << " events processed\n";
  }

 private:
  std::int64_t printed_ = 0;
};

void print_records(waymark::projection_store& records) {
  for (const auto& record : records.load_all())
    std::cout << "  " << record.key.projection << ": position " << record.position
              << ", events processed " << record.events_processed << '\n';
}

} // namespace

void good_habits() {
  heading("Good habits");
  desk d{"memory:"};
  auto tasks = d.project(task_counter_on_disk());
  auto orders = d.project(order_revenue_on_disk());
  const auto created = d.append("1", task_created{"Task 1"});
  d.append("1", order_placed{10'00});

  tasks.handle(created);
  tasks.handle(created); // at or below the checkpoint: it has had its effect
  std::cout << "The same event handed over twice: " << counts_on_disk(*d.where.projections) << '\n';

  tasks.resume(d.log());
  orders.resume(d.log());
  std::cout << "All projections keep their records in one place:\n";
  print_records(*d.where.projections);
  std::cout << "and each is asked how far behind it is:\n";
  for (const auto* projection : {&tasks, &orders}) {
    const auto lag = projection->lag(d.log()).value();
    std::cout << "  " << lag.projection << ": " << lag.lag_seconds.value() << " seconds\n";
  }
}

void production_rebuild() {
  heading("A rebuild in production");
  const examples::temporary_folder folder;
  desk d{"sqlite:" + folder.file("tasks.db")};
  append_a_long_history(d.log());
  {
    auto wrong = d.project(task_counter_with_a_bug());
    wrong.resume(d.log());
  }
  std::cout << "With the bug:      " << counts_on_disk(*d.where.projections) << '\n';

  auto mended = d.project(task_counter_on_disk().version(2));
  const auto handled = mended.rebuild(d.log(), progress_lines{});
  std::cout << "After the rebuild: " << counts_on_disk(*d.where.projections) << '\n'
            << handled << " of " << d.log().head()
            << " events were handled, the others are of no interest to it\n";
}

void production_engine() {
  heading("The same, run by an engine");
  const examples::temporary_folder folder;
  const auto address = "sqlite:" + folder.file("tasks.db");
  const auto quiet = [] { return waymark::log_options{.level = waymark::log_level::warning}; };
  for (const auto* run : {"first run: ", "second run:"}) {
    waymark::engine engine{waymark::open(address), {.log = quiet()}};
    const auto counter = engine.start(task_counter_on_disk());
    const auto token = engine.append(run, waymark::no_stream, task_created{run}, task_completed{});
    if (counter.wait_until(token, 30s) != waymark::wait_result::reached)
      throw std::runtime_error{engine.explain("task-counter")};
    const auto health = engine.health("task-counter");
    std::cout << run << " tasks "
              << engine.read("task-counter")
                     .query_value<std::int64_t>("SELECT n FROM task_counts WHERE what = 'created'")
              << ", lag " << counter.lag().events.value() << " events, " << to_string(health.state)
              << '\n';
  } // the engine drains and releases what it owned

  waymark::engine engine{waymark::open(address), {.log = quiet()}};
  const auto counter = engine.start(task_counter_on_disk());
  engine.rebuild("task-counter", {}, {.timeout = 30s});
  std::cout << "rebuilt:    tasks "
            << engine.read("task-counter")
                   .query_value<std::int64_t>("SELECT n FROM task_counts WHERE what = 'created'")
            << ", checkpoint at position " << engine.checkpoint("task-counter")->position << '\n';
}

} // namespace tutorial
