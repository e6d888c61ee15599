#include "persistence/letter_details.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace waymark {

letter_details details_of(projection_store& store, dead_letter letter) {
  letter_details result;
  const auto record = store.load(letter.key);
  result.current = record && record->generation == letter.generation;
  if (result.current) {
    const auto parked = store.parked_positions(letter.key, letter.sequence_key);
    const auto behind = std::upper_bound(parked.begin(), parked.end(), letter.position);
    result.parked = behind != parked.begin() && *std::prev(behind) == letter.position;
    result.waiting = result.parked ? parked.end() - behind : 0;
  }
  result.letter = std::move(letter);
  return result;
}

} // namespace waymark
