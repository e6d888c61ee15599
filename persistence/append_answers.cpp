#include "persistence/append_answers.hpp"

namespace waymark {

append_result accepted(position_t first, position_t last, std::int64_t version) {
  append_result result;
  result.value = {first, last, version, false};
  return result;
}

append_result conflict(const append_command& command, std::int64_t actual_version) {
  append_result result;
  result.state = append_result::status::conflict;
  result.actual_version = actual_version;
  result.problem = "the stream " + to_string(command.stream) + " is at " +
                   (actual_version == 0 ? "no version (there is no such stream)"
                                        : "version " + std::to_string(actual_version)) +
                   ", the append expected " + command.expected.describe() +
                   "; nothing was written: read the stream again and decide anew";
  return result;
}

append_result refused(const append_command& command, const std::string& mistake) {
  append_result result;
  result.state = append_result::status::refused;
  result.problem = "append to " + to_string(command.stream) + " refused: " + mistake;
  return result;
}

void known_ids::seen(const uuid& id, position_t position, const stream_id& stream,
                     std::int64_t version) {
  const bool first = seen_ + not_seen_ == 0;
  const bool next = version > first_answer_.stream_version;
  if (problem_.empty() && (stream != command_.stream || (!first && !next)))
    problem_ = "event " + id.to_string() + " is already in the log at position " +
               std::to_string(position) + ", as version " + std::to_string(version) + " of " +
               to_string(stream);
  if (first)
    first_answer_.first_position = position;
  first_answer_.last_position = position;
  first_answer_.stream_version = version;
  first_answer_.already_there = true;
  ++seen_;
}

void known_ids::not_seen() {
  ++not_seen_;
}

std::optional<append_result> known_ids::answer() const {
  if (seen_ == 0)
    return std::nullopt;
  append_result result;
  if (not_seen_ == 0 && problem_.empty()) {
    result.value = first_answer_;
    return result;
  }
  result.state = append_result::status::duplicate;
  result.problem =
      "append to " + to_string(command_.stream) + " refused: " +
      (problem_.empty()
           ? "some of its event ids are already in the log and some are new (the last known one at "
             "position " +
                 std::to_string(first_answer_.last_position) + ")"
           : problem_) +
      "; nothing was written";
  return result;
}

} // namespace waymark
