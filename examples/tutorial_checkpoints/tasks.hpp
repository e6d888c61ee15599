#pragma once

#include <waymark/waymark.hpp>

#include <cstdint>
#include <string>

namespace tutorial {

struct task_created {
  std::string title;
};
WAYMARK_EVENT(task_created, "TaskCreated", "Task", title);

struct task_completed {};
WAYMARK_EVENT(task_completed, "TaskCompleted", "Task");

/// The read model of the first lessons: how many tasks there are.
struct task_counts {
  std::int64_t created = 0;
  std::int64_t completed = 0;
};

/// Counts tasks in memory. Its handlers say which events it wants; there is nothing to truncate,
/// since a reset begins with a new state.
inline waymark::memory_projection<task_counts> task_counter() {
  return waymark::projection::in_memory<task_counts>("task-counter")
      .on<task_created>([](task_counts& counts, const task_created&) { ++counts.created; })
      .on<task_completed>([](task_counts& counts, const task_completed&) { ++counts.completed; });
}

/// Counts tasks in a table, in one transaction with the checkpoint. Without `.truncate` a reset
/// would set the checkpoint back and leave the old counts where they are.
inline waymark::projection task_counter_on_disk() {
  constexpr auto add_one = "INSERT INTO task_counts VALUES ($1, 1) "
                           "ON CONFLICT (what) DO UPDATE SET n = task_counts.n + 1";
  return waymark::projection{"task-counter"}
      .table("CREATE TABLE IF NOT EXISTS task_counts (what TEXT PRIMARY KEY, n BIGINT NOT NULL)")
      .truncate("DELETE FROM task_counts")
      .on<task_created>(
          [=](waymark::read_model& db, const task_created&) { db.execute(add_one, "created"); })
      .on<task_completed>([=](waymark::read_model& db, const task_completed&) {
        db.execute(add_one, "completed");
      });
}

/// What the table holds, as the same struct.
inline task_counts counts_on_disk(waymark::projection_store& records) {
  task_counts found;
  records.read([&](waymark::read_model& db) {
    constexpr auto sum = "SELECT coalesce(sum(n), 0) FROM task_counts WHERE what = $1";
    found.created = db.query_value<std::int64_t>(sum, "created");
    found.completed = db.query_value<std::int64_t>(sum, "completed");
  });
  return found;
}

} // namespace tutorial
