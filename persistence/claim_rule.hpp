#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <optional>
#include <span>

namespace waymark {

/// How often an owner renews its rows within the time after which they expire, `owner_timeout`: who
/// was renewed last when it froze had been heard of for at most this part of it.
inline constexpr int renewals_in_timeout = 4;

/// Decides about a claim; the same for every store. Pure, apart from asking the system whether an
/// owner's process is gone.
///
/// @param siblings every stored record of the projection, of whatever shard.
/// @returns why the claim is not granted (state and detail), or nothing if it is.
[[nodiscard]] std::optional<claim_result>
refusal(const claim_request& request, std::span<const checkpoint> siblings, timestamp now);

/// What a granted claim leaves: the record, and the marker if there is one, with the end of its
/// owner's process counted. A new row starts above every epoch that the projection ever had, so
/// that no stale owner of a row that a reset took away can match it.
///
/// @param found the shard's marker as it is stored.
[[nodiscard]] claim_result grant(const claim_request& request, std::span<const checkpoint> siblings,
                                 const std::optional<attempt_marker>& found, timestamp now);

/// The record of `shard` after `advance`.
void apply_advance(checkpoint& record, const checkpoint_advance& advance, timestamp now);

/// The record that a reset leaves for a shard.
[[nodiscard]] checkpoint reset_record(const claim_request& as, int shard,
                                      std::span<const checkpoint> before);

} // namespace waymark
