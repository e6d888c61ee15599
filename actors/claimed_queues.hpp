#pragma once

#include "actors/claim.hpp"

namespace waymark {

/// Enters in the report of a granted claim which keys have parked events, and which of those are
/// replayed by themselves: a replay of theirs was not finished, or their letter was last tried by
/// an older version of the projection.
///
/// If a process ended in the midst of a replay, its marker says at which event. An event that is to
/// blame (`replay_limits`) gets the attempt in its letter, or a letter, and its key is left to a
/// person. After an end that says nothing the key is replayed first, with the ends counted.
///
/// If the process dies
///   before the letter is written: the marker stands as the claim has left it, with this end
///     counted, and the next claim writes the letter;
///   after it: the marker has gone with the same commit, and the key stands before its letter.
/// @throws store_error.
void take_queues(const claim_order& order, const claim_result& claimed, claim_report& report);

} // namespace waymark
