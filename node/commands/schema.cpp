#include "node/commands/schema.hpp"

#include <waymark/persistence/store.hpp>

#include "node/arguments.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>

namespace waymark::node {

command add_schema_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("schema", "Print the SQL that makes waymark's tables");
  const auto address = std::make_shared<std::string>();
  const auto from = std::make_shared<int>(0);
  const auto json = std::make_shared<bool>(false);
  add_store(*parsed, *address);
  parsed->add_option("--from", *from,
                     "The version of the tables that are there, as the refusal to open\n"
                     "them says: prints what upgrades them")
      ->check(whole_number())
      ->type_name("N");
  add_json(*parsed, *json);
  parsed->footer("Connects to nothing. For a database whose owner lets no program make tables;\n"
                 "the store's address then says schema_mode=verify.\n\n"
                 "Examples:\n"
                 "  waymark schema --store postgresql:///shop | psql shop\n"
                 "  waymark schema --store postgresql:///shop --from 3 | psql shop\n"
                 "  waymark schema --store sqlite:shop.db");
  return {parsed, [address, from, json](program_context& context) {
            const auto sql = schema_of(*address, *from);
            if (*json)
              context.terminal.print_json({{"from", *from}, {"sql", sql}});
            else
              context.terminal.out() << sql;
            return exit_status::done;
          }};
}

} // namespace waymark::node
