#pragma once

#include "persistence/postgres/session.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace waymark::postgres {

/// What sessions are called in pg_stat_activity, by the process they belong to. `owner` is one as
/// in the checkpoint records, or a process.
[[nodiscard]] std::string session_name(std::string_view owner);

/// Writes down, for all to see, that the session belongs to this process; strikes out those that
/// have ended. What can't be written is left.
void sign_in(session& on);

/// Ends the server's sessions of the process of `owner`, which has not been heard of for `timeout`,
/// where they stand in a transaction that long: a frozen process would otherwise keep the locks of
/// its rows, and its successor would wait for them. They are known by pid and start time together,
/// and by their name only behind a pooler. Needs to be the same role, or pg_signal_backend; does
/// nothing without, and nothing to this very process, or to one of which another owner was heard of
/// since, as they are not frozen. `now` is as in `database::dated`.
void end_sessions_of_owner(session& on, std::string_view owner, std::chrono::milliseconds timeout,
                           std::optional<timestamp> now);

} // namespace waymark::postgres
