#include "node/commands/list.hpp"

#include "node/commands/init.hpp"

namespace waymark::node {

std::span<const register_command> command_list() {
  static constexpr register_command all[]{
      &add_init_command,
  };
  return all;
}

} // namespace waymark::node
