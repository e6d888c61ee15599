#pragma once

#include "actors/board.hpp"
#include "actors/replay.hpp"

#include <waymark/messages/letter_settlement.hpp>

#include <map>
#include <vector>

namespace waymark {

/// What a selection means for each shard: which keys, and which letters of them, in order of
/// position. Letters of before a reset are left out, unless one was asked for by its number.
/// @throws usage_error for a number that is no letter, or one of before a reset; store_error.
[[nodiscard]] std::map<shard_key, std::vector<replay_task>>
find_letters(const std::vector<board_entry>& shards, const letter_selection& which,
             settle_verb verb);

} // namespace waymark
