#include "testing/read_model_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <variant>
#include <vector>

namespace waymark::testing {

namespace {

std::string cell_text(const sql_cell& cell) {
  struct visitor {
    std::string operator()(std::nullptr_t) const { return "NULL"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return nlohmann::json(v).dump(); }
    std::string operator()(const std::string& v) const {
      return nlohmann::json(v).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    std::string operator()(const std::vector<std::byte>& v) const {
      constexpr auto digits = "0123456789abcdef";
      std::string hex = "x'";
      for (const auto b : v) {
        hex += digits[std::to_integer<unsigned>(b) / 16];
        hex += digits[std::to_integer<unsigned>(b) % 16];
      }
      return hex + "'";
    }
  };
  return std::visit(visitor{}, cell);
}

std::vector<std::string> table_lines(read_model& db, const std::string& table) {
  std::vector<std::string> lines;
  for (const auto& row : db.query("SELECT * FROM \"" + table + "\"").rows) {
    std::string line = table + ":";
    for (const auto& cell : row)
      line += " " + cell_text(cell);
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

} // namespace

std::set<std::string> table_names(projection_store& records) {
  std::set<std::string> names;
  records.read([&](read_model& db) {
    for (auto& [name] :
         db.query_as<std::string>("SELECT name FROM sqlite_master WHERE type = 'table'"
                                  " AND name NOT LIKE 'sqlite_%'"))
      names.insert(std::move(name));
  });
  return names;
}

std::string tables_text(projection_store& records, const std::set<std::string>& before) {
  const auto names = table_names(records);
  std::string text;
  records.read([&](read_model& db) {
    for (const auto& name : names)
      if (!before.contains(name))
        for (const auto& line : table_lines(db, name))
          text += line + "\n";
  });
  return text;
}

std::string record_text(projection_store& records, const projection_spec& spec) {
  std::string text;
  letter_query query;
  query.projection = spec.name;
  query.limit = std::numeric_limits<std::int32_t>::max();
  const auto letters = records.letters(query);
  for (int shard = 0; shard < spec.shards; ++shard) {
    const shard_key key{spec.name, shard};
    const auto record = records.load(key);
    if (!record)
      continue;
    for (const auto& letter : letters)
      if (letter.key == key && letter.generation == record->generation)
        text += "dead letter: " + describe(letter.subject) + ": " + letter.error + "\n";
    text += to_string(key) + ": " + std::to_string(records.counts(key).parked_events) + " parked\n";
    if (spec.where == effect::database)
      text += to_string(key) + ": " + std::to_string(record->events_processed) + " handled\n";
  }
  return text;
}

} // namespace waymark::testing
