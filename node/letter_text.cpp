#include "node/letter_text.hpp"

#include "node/event_line.hpp"
#include "node/text_table.hpp"

#include <nlohmann/json.hpp>

namespace waymark::node {

std::string to_json_text(const letter_details& from) {
  const auto& letter = from.letter;
  using nlohmann::json;
  auto attempts = json::array();
  for (const auto& each : letter.attempts)
    attempts.push_back({{"at", to_string(each.at)}, {"error", each.error}});
  const json members{{"id", letter.id},
                     {"projection", letter.key.projection},
                     {"shard", letter.key.shard},
                     {"position", letter.position},
                     {"generation", letter.generation},
                     {"version", letter.projection_version},
                     {"key", shown_key(letter.sequence_key)},
                     {"waiting", from.waiting},
                     {"current", from.current},
                     {"error", letter.error},
                     {"attempts", attempts},
                     {"created_at", to_string(letter.created_at)}};
  auto text = members.dump(-1, ' ', false, json::error_handler_t::replace);
  text.back() = ',';
  return text + "\"event\":" + write_event_line(letter.subject) + "}";
}

std::string to_json_text(const std::vector<letter_details>& letters) {
  std::string text;
  for (const auto& each : letters)
    text += (text.empty() ? "" : ",") + to_json_text(each);
  return "{\"letters\":[" + text + "]}";
}

nlohmann::json to_json(const std::vector<settled_letter>& letters) {
  auto list = nlohmann::json::array();
  for (const auto& each : letters)
    list.push_back({{"id", each.letter_id},
                    {"projection", each.key.projection},
                    {"shard", each.key.shard},
                    {"position", each.position},
                    {"generation", each.generation},
                    {"key", shown_key(each.sequence_key)},
                    {"event_id", each.event_id.to_string()},
                    {"event_type", each.event_type},
                    {"error", each.error},
                    {"verb", to_string(each.how.verb)},
                    {"by", each.how.by},
                    {"at", to_string(each.how.at)}});
  return {{"settled", list}};
}

std::string describe(const letter_details& from) {
  const auto& letter = from.letter;
  auto text = "Dead letter " + std::to_string(letter.id) + " of " + to_string(letter.key) +
              ", version " + std::to_string(letter.projection_version) +
              (from.current ? "" : ", of before a reset: it is history and can't be settled") +
              "\n";
  text += "  event     " + describe(letter.subject) + "\n";
  text += "  key       " + shown_key(letter.sequence_key) + ", " + counted(from.waiting, "event") +
          (from.waiting == 1 ? " waits" : " wait") + " behind it\n";
  text += "  given up  " + to_string(letter.created_at) + "\n";
  text += "  error     " + letter.error + "\n";
  for (std::size_t i = 0; i < letter.attempts.size(); ++i)
    text += (i == 0 ? "  attempts  " : "            ") + to_string(letter.attempts[i].at) + "  " +
            letter.attempts[i].error + "\n";
  return printable(text) + "  " + printable_json(write_event_line(letter.subject)) + "\n";
}

} // namespace waymark::node
