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
  const auto from = std::make_shared<int>(0);
  add_store(*parsed, *address);
  parsed->add_option("--from", *from,
                     "The version of the tables that are there, as the refusal to open\n"
                     "them says: prints what upgrades them")
      ->check(whole_number())
      ->type_name("N");
  parsed->footer("Connects to nothing. For a database whose owner lets no program make tables;\n"
                 "the store's address then says schema_mode=verify.\n\n"
                 "Examples:\n"
                 "  waymark schema --store postgresql:///shop | psql shop\n"
                 "  waymark schema --store postgresql:///shop --from 3 | psql shop\n"
                 "  waymark schema --store sqlite:shop.db");
  return {parsed, [address, from](program_context& context) {
            context.terminal.out() << schema_of(*address, *from);
            return exit_status::done;
          }};
}

} // namespace waymark::node
