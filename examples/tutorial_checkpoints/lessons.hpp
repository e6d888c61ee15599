#pragma once

/// The lessons, in their order. Each prints what it shows.
namespace tutorial {

void basic_checkpoint();
void resume_after_restart();
void resume_on_sqlite();
void lag();
void health_check();
void reset_and_rebuild();
void order_revenue_in_memory();
void order_revenue_on_sqlite();
void good_habits();
void production_rebuild();
void production_engine();

} // namespace tutorial
