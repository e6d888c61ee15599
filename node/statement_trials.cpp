#include "node/statement_trials.hpp"

#include "node/configuration/document.hpp"
#include "node/node_stores.hpp"
#include "node/socket_path.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <map>
#include <utility>

namespace waymark::node {

namespace {

/// The statements for one database, and where each stands in the configuration.
struct trial_list {
  std::string path; ///< Of the address.
  std::vector<sql_trial> tables;
  std::vector<std::string> table_paths;
  std::vector<sql_trial> others;
  std::vector<std::string> other_paths;
};

/// The path of statement `index` of a list that may be written as one text.
std::string path_of(const std::string& list, std::size_t index, std::size_t size) {
  return size == 1 ? list : path_to(list, index);
}

void collect(const sql_projection& from, trial_list& into) {
  using kind = sql_trial::kind;
  const auto at = path_to("/projections", from.name);
  for (std::size_t i = 0; i < from.tables.size(); ++i) {
    into.tables.push_back({kind::table, from.tables[i]});
    into.table_paths.push_back(path_of(at + "/tables", i, from.tables.size()));
  }
  for (std::size_t i = 0; i < from.truncate.size(); ++i) {
    into.others.push_back({kind::script, from.truncate[i]});
    into.other_paths.push_back(path_of(at + "/truncate", i, from.truncate.size()));
  }
  for (const auto& [type, statements] : from.on)
    for (std::size_t i = 0; i < statements.size(); ++i) {
      into.others.push_back({kind::handler, statements[i].sql});
      into.other_paths.push_back(path_of(path_to(at + "/on", type), i, statements.size()));
    }
}

/// Tables of all projections come first, since one may read what another writes.
/// @param address as it is called in a problem that begins with the store's.
void try_list(trial_list list, projection_store& on, const std::string& address,
              trial_report& report) {
  auto trials = std::move(list.tables);
  trials.insert(trials.end(), list.others.begin(), list.others.end());
  auto paths = std::move(list.table_paths);
  paths.insert(paths.end(), list.other_paths.begin(), list.other_paths.end());
  const auto problems = on.try_statements(trials);
  for (std::size_t i = 0; i < problems.size(); ++i)
    if (problems[i].starts_with(on.address()))
      report.mistakes.push_back({paths[i], address + problems[i].substr(on.address().size())});
    else if (!problems[i].empty())
      report.mistakes.push_back({paths[i], problems[i]});
}

void try_database(const std::string& address, trial_list list, trial_report& report) {
  open_options options;
  options.create = options.use_records = false; // they may be yet to be made, or upgraded
  try {
    const bool absent = is_yet_to_be_made(address);
    const auto opened = absent ? open("memory:") : open(address, options);
    auto& on = *opened.projections;
    try_list(std::move(list), on, absent ? address : on.address(), report);
  } catch (const store_error& e) {
    report.notes.push_back(list.path + ": its statements were not tried: " + e.what());
  } catch (const std::exception& e) {
    report.mistakes.push_back({list.path, e.what()});
  }
}

} // namespace

trial_report try_outside(const configuration& in) {
  std::map<std::string, trial_list> lists; // by address
  lists[in.store].path = "/store";
  for (const auto& [name, address] : in.read_models)
    if (auto& list = lists[address]; list.path.empty())
      list.path = path_to("/read_models", name);
  for (const auto& each : in.projections)
    collect(each, lists[each.read_model.empty() ? in.store : in.read_models.at(each.read_model)]);
  trial_report report;
  if (const auto mistake = mistake_in_socket(socket_path(in)))
    report.mistakes.push_back({"/socket", *mistake});
  for (auto& [address, list] : lists)
    try_database(address, list, report);
  return report;
}

} // namespace waymark::node
