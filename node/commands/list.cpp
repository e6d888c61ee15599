#include "node/commands/list.hpp"

#include "node/commands/append.hpp"
#include "node/commands/check.hpp"
#include "node/commands/events.hpp"
#include "node/commands/init.hpp"
#include "node/commands/run.hpp"
#include "node/commands/schema.hpp"

namespace waymark::node {

std::span<const register_command> command_list() {
  static constexpr register_command all[]{
      &add_init_command,
      &add_check_command,
      &add_append_command,
      &add_events_command,
      &add_run_command,
      &add_schema_command,
  };
  return all;
}

} // namespace waymark::node
