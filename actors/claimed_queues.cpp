#include "actors/claimed_queues.hpp"

#include "actors/letter_rounds.hpp"
#include "actors/read_again.hpp"
#include "persistence/fault_point.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

namespace {

/// The event of a replay in which processes ended, if there is one.
const attempt_marker* find_suspect(const claim_order& order, const claim_result& claimed,
                                   const claim_report& report) {
  const auto& marker = claimed.suspect;
  const bool replayed = marker && marker->counts.ends > 0 && marker->sequence_key &&
                        marker->position <= report.record.position;
  return replayed && order.spec->where != effect::memory ? &*marker : nullptr;
}

/// The letter of the event, or one to be written if it is parked; nothing if it is done with.
std::optional<dead_letter> letter_of(const claim_order& order, const claim_report& report,
                                     const attempt_marker& marker) {
  const auto& key = report.record.key;
  if (auto there = order.store->letter_at(key, marker.position))
    return there;
  const auto parked = order.store->parked_positions(key, *marker.sequence_key);
  if (!order.log || !std::binary_search(parked.begin(), parked.end(), marker.position))
    return std::nullopt;
  dead_letter letter;
  letter.key = key;
  letter.position = marker.position;
  letter.generation = report.record.generation;
  letter.sequence_key = *marker.sequence_key;
  letter.subject = read_again(*order.log, marker.position).events.front();
  letter.created_at = order.log->now();
  return letter;
}

/// The event goes to a person, with the attempt in its letter. The checkpoint stays where it is.
void leave_to_a_person(const claim_order& order, const attempt_marker& marker,
                       claim_report& report) {
  auto letter = letter_of(order, report, marker);
  if (!letter)
    return;
  letter->error = describe_replay_end(marker);
  const auto at = order.log ? order.log->now() : letter->created_at;
  add_attempt(*letter, order.spec->version, {at, letter->error, left_to_a_person});
  fault_point("claim.before_letter");
  auto unit = order.store->begin({report.record.key, report.record.epoch});
  if (!unit)
    return; // fenced: the next owner does it
  const bool is_new = letter->id == 0;
  if (is_new)
    unit->add_letter(*letter);
  else if (!unit->update_letter(*letter))
    return;
  unit->clear_attempt();
  checkpoint_advance stay;
  stay.from = stay.to = report.record.position;
  stay.event_id_at_position = report.record.event_id_at_position;
  if (unit->commit(stay) == commit_status::fenced)
    return;
  fault_point("claim.after_letter");
  report.left_to_a_person = std::move(letter);
}

} // namespace

void take_queues(const claim_order& order, const claim_result& claimed, claim_report& report) {
  const auto* suspect = find_suspect(order, claimed, report);
  if (suspect && judge(suspect->counts, replay_limits()) == blame::poison) {
    if (!report.record.failure) // which a commit would clear; the marker stays until it is settled
      leave_to_a_person(order, *suspect, report);
    suspect = nullptr;
  }
  if (claimed.parked_keys.empty())
    return;
  auto queues = order.store->parked_queues(report.record.key);
  report.next_rounds = next_rounds(*order.store, report.record.key.projection, queues,
                                   order.spec->retry_letters);
  for (auto& queue : queues) {
    report.parked->set(queue.sequence_key, queue.events);
    const bool interrupted = suspect && queue.sequence_key == *suspect->sequence_key;
    const bool older = queue.letter_id && queue.letter_version < order.spec->version;
    if (!order.log || (queue.letter_id && !older && !interrupted))
      continue;
    report.of_new_version = report.of_new_version || older;
    // Before any other marker takes the place of the one that counts the ends.
    report.unfinished.insert(interrupted ? report.unfinished.begin() : report.unfinished.end(),
                             {std::move(queue.sequence_key), {}, true});
  }
}

} // namespace waymark
