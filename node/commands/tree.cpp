#include "node/commands/tree.hpp"

#include "node/api/client.hpp"
#include "node/arguments.hpp"
#include "node/configuration/configuration.hpp"
#include "node/socket_path.hpp"
#include "node/status_table.hpp"
#include "node/text_table.hpp"

#include <waymark/supervisors/supervision.hpp>

#include <nlohmann/json.hpp>

#include <ostream>

namespace waymark::node {

namespace {

using nlohmann::json;

struct tree_arguments : file_arguments {
  bool all = false;
};

std::string remark_of(const json& part) {
  auto text = part["last_reason"].get<std::string>();
  if (const auto ms = part["next_try_ms"].get<std::int64_t>(); ms > 0)
    text += " (next try in " + rough_duration(static_cast<double>(ms) / 1000) + ")";
  return text;
}

/// One row a part; `lead` stands before the rows of its children.
void add_rows(const json& part, const std::string& branch, const std::string& lead, text_table& to,
              const console& terminal) {
  const bool supervisor = part["kind"] == "supervisor";
  const auto name = printable(part["name"].get<std::string>());
  to.add({branch + (supervisor ? terminal.paint(name, colour::bold) : name),
          painted_state(part["state"].get<std::string>(), terminal),
          with_commas(part["restarts"].get<std::int64_t>()), remark_of(part)});
  if (!supervisor)
    return;
  const auto& children = part["children"];
  for (std::size_t i = 0; i < children.size(); ++i) {
    const bool last = i + 1 == children.size();
    add_rows(children[i], lead + (last ? "└─ " : "├─ "), lead + (last ? "   " : "│  "), to,
             terminal);
  }
}

/// The part of the tree under which the projections stand.
const json& projections_in(const json& root) {
  for (const auto& child : root["children"])
    if (child["name"] == projections_tree().name)
      return child;
  return root;
}

exit_status run_tree(const tree_arguments& wanted, program_context& context) {
  auto& terminal = context.terminal;
  const auto found = api_client{socket_of_node(read_place(wanted.file))}.get("/v1/tree");
  const auto& shown = wanted.all ? found : projections_in(found);
  if (wanted.json) {
    terminal.print_json(shown);
    return exit_status::done;
  }
  using enum text_table::align;
  text_table table{
      {{"name", left, 0, 20, true},
       {"state", left, 0, text_table::whole, true},
       {"restarts", right},
       {"last reason", left, 0, 20}}};
  add_rows(shown, "", "", table, terminal);
  table.print(terminal.out(), terminal.columns());
  return exit_status::done;
}

} // namespace

command add_tree_command(CLI::App& program) {
  return file_command<tree_arguments>{program, "tree",
                                      "Print the supervision tree of the running node"}
      .flag("--all", &tree_arguments::all, "With the engine's own actors")
      .running(&run_tree, "Examples:\n"
                          "  waymark tree\n"
                          "  waymark tree shop/waymark.json --all");
}

} // namespace waymark::node
