#include "examples/tutorial_checkpoints/lessons.hpp"

#include <exception>
#include <iostream>

/// Checkpoints, in eleven short lessons: what is remembered, what a restart does, how far behind a
/// projection is, how it is rebuilt, and the same for real on SQLite.
int main() {
  try {
    tutorial::basic_checkpoint();
    tutorial::resume_after_restart();
    tutorial::resume_on_sqlite();
    tutorial::lag();
    tutorial::health_check();
    tutorial::reset_and_rebuild();
    tutorial::order_revenue_in_memory();
    tutorial::order_revenue_on_sqlite();
    tutorial::good_habits();
    tutorial::production_rebuild();
    tutorial::production_engine();
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
