#include "node/commands/list.hpp"

#include "node/commands/append.hpp"
#include "node/commands/check.hpp"
#include "node/commands/checkpoint.hpp"
#include "node/commands/dead_letters.hpp"
#include "node/commands/events.hpp"
#include "node/commands/init.hpp"
#include "node/commands/operate.hpp"
#include "node/commands/run.hpp"
#include "node/commands/schema.hpp"
#include "node/commands/status.hpp"
#include "node/commands/tree.hpp"

namespace waymark::node {

std::span<const register_command> command_list() {
  static constexpr register_command all[]{
      &add_init_command,
      &add_check_command,
      &add_append_command,
      &add_events_command,
      &add_run_command,
      &add_status_command,
      &add_tree_command,
      &add_explain_command,
      &add_pause_command,
      &add_resume_command,
      &add_discard_command,
      &add_take_over_command,
      &add_reset_command,
      &add_rebuild_command,
      &add_dead_letters_command,
      &add_checkpoint_command,
      &add_schema_command,
  };
  return all;
}

} // namespace waymark::node
