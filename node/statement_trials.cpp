#include "node/statement_trials.hpp"

#include "node/configuration/document.hpp"
#include "node/node_stores.hpp"
#include "node/socket_path.hpp"
#include "persistence/sql/lexer.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace waymark::node {

namespace {

/// A statement, and where it stands in the configuration.
struct listed_trial {
  const sql_projection* of = nullptr;
  std::string path;
  sql_trial what;
};

/// The statements for one database.
struct trial_list {
  std::string path; ///< Of the address.
  std::vector<listed_trial> tables;
  std::vector<listed_trial> others;
};

/// The path of statement `index` of a list that may be written as one text.
std::string path_of(const std::string& list, std::size_t index, std::size_t size) {
  return size == 1 ? list : path_to(list, index);
}

void collect(const sql_projection& from, trial_list& into) {
  using kind = sql_trial::kind;
  const auto at = path_to("/projections", from.name);
  for (std::size_t i = 0; i < from.tables.size(); ++i)
    into.tables.push_back(
        {&from, path_of(at + "/tables", i, from.tables.size()), {kind::table, from.tables[i]}});
  for (std::size_t i = 0; i < from.truncate.size(); ++i)
    into.others.push_back({&from,
                           path_of(at + "/truncate", i, from.truncate.size()),
                           {kind::script, from.truncate[i]}});
  for (const auto& [type, statements] : from.on)
    for (std::size_t i = 0; i < statements.size(); ++i)
      into.others.push_back({&from,
                             path_of(path_to(at + "/on", type), i, statements.size()),
                             {kind::handler, statements[i].sql}});
}

using problem_list = std::vector<std::string>;

problem_list problems_of(const std::vector<listed_trial>& all, projection_store& on) {
  std::vector<sql_trial> trials;
  for (const auto& each : all)
    trials.push_back(each.what);
  return on.try_statements(trials);
}

bool makes_way_for_tables(const std::string& truncate) {
  for (const auto& each : sql::tokens(truncate, sql::dialect::postgres))
    if (!each.separates())
      return each.is("DROP");
  return false;
}

/// Whether a rebuild by a new version takes the projection's tables away, to be made anew.
bool drops_tables(const sql_projection& of) {
  return of.on_new_version == new_version::rebuild &&
         std::any_of(of.truncate.begin(), of.truncate.end(), makes_way_for_tables);
}

/// Those of which a statement was refused.
std::set<const sql_projection*> refused(const std::vector<listed_trial>& all,
                                        const problem_list& problems) {
  std::set<const sql_projection*> result;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!problems[i].empty())
      result.insert(all[i].of);
  return result;
}

/// What takes the tables of these projections away, to be run before all others.
std::vector<listed_trial> drops(const std::set<const sql_projection*>& of,
                                const std::vector<listed_trial>& all) {
  std::vector<listed_trial> result;
  for (const auto& each : all)
    if (each.what.how == sql_trial::kind::script && of.contains(each.of) &&
        drops_tables(*each.of) && makes_way_for_tables(each.what.sql))
      result.push_back({each.of, each.path, {sql_trial::kind::table, each.what.sql}});
  return result;
}

/// A new version may have been given columns that the tables do not have yet.
std::string advice_on(const listed_trial& trial) {
  const auto& of = *trial.of;
  const bool may_be_newer = of.version > 1 || of.on_new_version == new_version::rebuild;
  if (trial.what.how != sql_trial::kind::handler || of.tables.empty() || !may_be_newer ||
      drops_tables(of))
    return {};
  return "; where a table is to have other columns, \"on_new_version\": \"rebuild\" and "
         "DROP TABLE IF EXISTS in \"truncate\" make it anew";
}

void add_mistakes(const std::vector<listed_trial>& all, const problem_list& problems,
                  const std::string& own_address, const std::string& address,
                  trial_report& report) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto problem = problems[i];
    if (problem.empty())
      continue;
    if (problem.starts_with(own_address))
      problem = address + problem.substr(own_address.size());
    report.mistakes.push_back({all[i].path, problem + advice_on(all[i])});
  }
}

/// Tables of all projections come first, since one may read what another writes. If statements do
/// not fit, tables are taken away first where a new version would have that done: only then, since
/// it waits for all who use them.
/// @param address as it is called in a problem that begins with the store's.
void try_list(const trial_list& list, projection_store& on, const std::string& address,
              trial_report& report) {
  auto all = list.tables;
  all.insert(all.end(), list.others.begin(), list.others.end());
  const auto problems = problems_of(all, on);
  const auto misfits = refused(all, problems);
  auto anew = drops(misfits, all);
  if (anew.empty())
    return add_mistakes(all, problems, on.address(), address, report);
  anew.insert(anew.end(), all.begin(), all.end());
  const auto left = problems_of(anew, on);
  add_mistakes(anew, left, on.address(), address, report);
  for (const auto* each : misfits)
    if (!refused(anew, left).contains(each))
      report.notes.push_back(path_to("/projections", each->name) +
                             ": does not fit its tables as they are, only once they are made anew: "
                             "the rebuild for a new version does that");
}

void try_database(const std::string& address, const trial_list& list, trial_report& report) {
  open_options options;
  options.create = options.use_records = false; // they may be yet to be made, or upgraded
  try {
    const bool absent = is_yet_to_be_made(address);
    const auto opened = absent ? open("memory:") : open(address, options);
    auto& on = *opened.projections;
    try_list(list, on, absent ? address : on.address(), report);
  } catch (const store_error& e) {
    report.notes.push_back(list.path + ": its statements were not tried: " + e.what());
    ++report.untried;
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
