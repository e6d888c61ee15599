#pragma once

#include <waymark/actors/projection.hpp>
#include <waymark/messages/page.hpp>
#include <waymark/persistence/store.hpp>

#include <string>
#include <utility>
#include <vector>

namespace waymark::test {

/// An event of type "X" in the stream Thing/`id`, as the log would hold it.
inline event made_event(position_t position, const std::string& id, std::string json = "{}") {
  event e;
  e.position = position;
  e.event_id = uuid::v5(uuid{}, std::to_string(position));
  e.event_type = "X";
  e.aggregate_type = "Thing";
  e.aggregate_id = id;
  e.data = payload::from_json(std::move(json));
  return e;
}

/// A page of events at positions 1, 2, 3 …, one for each stream id.
inline page_ptr made_page(const std::vector<std::string>& ids) {
  auto result = std::make_shared<page>();
  for (const auto& id : ids)
    result->events.push_back(made_event(static_cast<position_t>(result->events.size()) + 1, id));
  result->scanned_to = result->head = static_cast<position_t>(ids.size());
  return result;
}

/// Writes the positions it sees into the table `seen`, and throws at streams named "bad".
/// Its batches end by count alone, however slow the machine is.
inline projection seeing(const std::string& name = "p") {
  projection result{name};
  result.table("CREATE TABLE IF NOT EXISTS seen (position INTEGER PRIMARY KEY)")
      .truncate("DELETE FROM seen")
      .on("X", [](read_model& db, const nlohmann::json&, const event& e) {
        db.execute("INSERT INTO seen VALUES ($1)", e.position);
        if (e.aggregate_id == "bad")
          throw std::runtime_error{"bad stream"};
      })
      .batch({.max_transaction = std::chrono::hours{1}});
  return result;
}

inline std::vector<std::int64_t> seen_in(projection_store& in) {
  std::vector<std::int64_t> result;
  in.read([&](read_model& db) {
    for (const auto& [position] :
         db.query_as<std::int64_t>("SELECT position FROM seen ORDER BY position"))
      result.push_back(position);
  });
  return result;
}

} // namespace waymark::test
