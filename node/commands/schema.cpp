#include "node/commands/schema.hpp"

#include <waymark/persistence/store.hpp>

#include "node/arguments.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace waymark::node {

command add_schema_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("schema", "Print the SQL that makes waymark's tables");
  const auto address = std::make_shared<std::string>();
  add_store(*parsed, *address);
  parsed->footer("Connects to nothing. For a database whose owner lets no program make tables;\n"
                 "the store's address then says schema_mode=verify.\n\n"
                 "Examples:\n"
                 "  waymark schema --store postgresql:///shop | psql shop\n"
                 "  waymark schema --store sqlite:shop.db");
  return {parsed, [address](program_context& context) {
            context.terminal.out() << schema_of(*address);
            return exit_status::done;
          }};
}

} // namespace waymark::node
