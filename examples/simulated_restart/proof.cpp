#include "examples/simulated_restart/proof.hpp"

#include "examples/simulated_restart/bank.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace restart {

namespace {

using balance_row = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
using kind_row = std::tuple<std::string, std::int64_t, std::int64_t>;

finding found(std::string what, const std::string& problem, std::string detail) {
  return {std::move(what), problem.empty(), problem.empty() ? std::move(detail) : problem};
}

std::vector<waymark::event> whole_log(waymark::event_store& log) {
  std::vector<waymark::event> events;
  waymark::position_t after = 0;
  for (const auto head = log.head(); after < head;) {
    auto page = log.read_all(after);
    after = page.scanned_to;
    std::move(page.events.begin(), page.events.end(), std::back_inserter(events));
  }
  return events;
}

finding positions_are_dense(const std::vector<waymark::event>& events) {
  std::string problem;
  for (std::size_t i = 0; i < events.size() && problem.empty(); ++i)
    if (events[i].position != static_cast<waymark::position_t>(i + 1))
      problem = "after position " + std::to_string(i) + " comes " + describe(events[i]);
  return found("positions are dense", problem, "1 to " + std::to_string(events.size()));
}

finding streams_are_whole(const std::vector<waymark::event>& events) {
  std::map<std::string, std::int64_t> versions;
  std::string problem;
  for (const auto& e : events) {
    const auto version = ++versions[e.aggregate_id];
    const auto wanted = movement_event(e.aggregate_id, version);
    if (e.aggregate_version != version || e.event_id != wanted.event_id ||
        e.json() != nlohmann::json::parse(wanted.data.text())) {
      problem =
          describe(e) + " is not version " + std::to_string(version) + " of " + e.aggregate_id;
      break;
    }
  }
  return found("streams are whole", problem, std::to_string(versions.size()) + " streams");
}

finding acknowledged_are_there(const std::vector<waymark::event>& events,
                               const std::vector<acknowledgement>& acknowledged) {
  std::string problem;
  for (const auto& ack : acknowledged) {
    const auto i = static_cast<std::size_t>(ack.position - 1);
    if (i >= events.size() || events[i].aggregate_id != ack.account ||
        events[i].aggregate_version != ack.version) {
      problem = "missing: version " + std::to_string(ack.version) + " of " + ack.account +
                " at position " + std::to_string(ack.position);
      break;
    }
  }
  return found("acknowledged are there", problem, std::to_string(acknowledged.size()) + " appends");
}

template <class Row>
finding same_rows(std::string what, const std::vector<Row>& expected,
                  const std::vector<Row>& rows) {
  std::string problem;
  const auto [a, b] = std::mismatch(expected.begin(), expected.end(), rows.begin(), rows.end());
  if (b != rows.end() || a != expected.end())
    problem =
        "differs from a fold of the log at '" + std::get<0>(a == expected.end() ? *b : *a) + "'";
  return found(std::move(what), problem, std::to_string(rows.size()) + " rows");
}

std::vector<balance_row> fold_balances(const std::vector<waymark::event>& events) {
  std::map<std::string, balance_row> rows;
  for (const auto& e : events) {
    auto& [account, cents, movements, version, disorder] = rows[e.aggregate_id];
    account = e.aggregate_id;
    cents += e.json().at("cents").get<std::int64_t>();
    ++movements;
    version = e.aggregate_version;
  }
  std::vector<balance_row> result;
  for (auto& [account, row] : rows)
    result.push_back(row);
  return result;
}

std::vector<kind_row> fold_kinds(const std::vector<waymark::event>& events) {
  std::map<std::string, kind_row> rows;
  for (const auto& e : events) {
    const auto data = e.json();
    auto& [kind, movements, cents] = rows[data.at("kind")];
    kind = data.at("kind");
    ++movements;
    cents += data.at("cents").get<std::int64_t>();
  }
  std::vector<kind_row> result;
  for (auto& [kind, row] : rows)
    result.push_back(row);
  return result;
}

finding each_event_counted_once(waymark::projection_store& records, const std::string& projection,
                                int shards, std::size_t events) {
  std::int64_t handled = 0;
  for (const auto& record : records.load_all())
    if (record.key.projection == projection)
      handled += record.events_processed;
  std::string problem;
  if (handled != static_cast<std::int64_t>(events))
    problem = std::to_string(handled) + " events handled, not " + std::to_string(events);
  if (!records.letters({.projection = projection}).empty())
    problem = "there are dead letters";
  return found(projection + " handled each once", problem,
               "in " + std::to_string(shards) + (shards == 1 ? " shard" : " shards"));
}

} // namespace

std::vector<finding> prove(const waymark::store& where,
                           const std::vector<acknowledgement>& acknowledged, int shards) {
  const auto events = whole_log(*where.events);
  std::vector<finding> result{positions_are_dense(events), streams_are_whole(events),
                              acknowledged_are_there(events, acknowledged)};
  where.projections->read([&](waymark::read_model& db) {
    result.push_back(same_rows(
        "balances equal a fold", fold_balances(events),
        db.query_as<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
            "SELECT account, cents, movements, version, disorder FROM balances ORDER BY account")));
    result.push_back(same_rows("kinds equal a fold", fold_kinds(events),
                               db.query_as<std::string, std::int64_t, std::int64_t>(
                                   "SELECT kind, movements, cents FROM kinds ORDER BY kind")));
  });
  for (const auto* name : {"balances", "kinds"})
    result.push_back(each_event_counted_once(*where.projections, name, shards, events.size()));
  return result;
}

} // namespace restart
