#include <waymark/messages/letter_settlement.hpp>

#include <algorithm>
#include <numeric>

namespace waymark {

namespace {

std::int64_t sum(const std::vector<settled_key>& keys, std::int64_t settled_key::*member) {
  return std::accumulate(
      keys.begin(), keys.end(), std::int64_t{0},
      [member](std::int64_t total, const settled_key& each) { return total + each.*member; });
}

} // namespace

const char* to_string(settle_verb verb) noexcept {
  return verb == settle_verb::retry ? "retry" : "discard";
}

std::string shown_key(std::string_view sequence_key) {
  std::string result{sequence_key};
  std::replace(result.begin(), result.end(), '\0', '/');
  return result;
}

bool letter_selection::names_something() const noexcept {
  const bool some_error = error_contains && !error_contains->empty();
  return all || id || projection || sequence_key || some_error || event_type || since || until;
}

bool letter_selection::matches_key(std::string_view key) const {
  return !sequence_key || key == *sequence_key || shown_key(key) == *sequence_key;
}

bool letter_selection::is_about_keys() const noexcept {
  return !id && !error_contains && !event_type && !since && !until;
}

bool letter_selection::matches(const dead_letter& letter) const {
  return (!id || letter.id == *id) && (!projection || letter.key.projection == *projection) &&
         matches_key(letter.sequence_key) &&
         (!error_contains || letter.error.find(*error_contains) != std::string::npos) &&
         (!event_type || letter.subject.event_type == *event_type) &&
         (!since || letter.created_at >= *since) && (!until || letter.created_at < *until);
}

bool letter_selection::matches(const settled_letter& letter) const {
  return (!id || letter.letter_id == *id) &&
         (!projection || letter.key.projection == *projection) &&
         matches_key(letter.sequence_key) &&
         (!error_contains || letter.error.find(*error_contains) != std::string::npos) &&
         (!event_type || letter.event_type == *event_type) &&
         (!since || letter.how.at >= *since) && (!until || letter.how.at < *until);
}

std::int64_t settle_report::replayed() const noexcept {
  return sum(keys, &settled_key::replayed);
}

std::int64_t settle_report::discarded() const noexcept {
  return sum(keys, &settled_key::discarded);
}

std::int64_t settle_report::remaining() const noexcept {
  return sum(keys, &settled_key::remaining);
}

bool settle_report::complete() const noexcept {
  return std::none_of(keys.begin(), keys.end(),
                      [](const settled_key& k) { return k.failed || !k.refused.empty(); });
}

} // namespace waymark
