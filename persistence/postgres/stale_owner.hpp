#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/messages/checkpoint.hpp>

#include <chrono>

namespace waymark::postgres {

/// Ends the server's sessions of a process that owned `record` and has not been heard of for
/// `timeout`, where they stand in a transaction that long: a frozen process would otherwise keep
/// the locks of its rows, and its successor would wait for them. Needs to be the same role, or
/// pg_signal_backend; does nothing without.
void end_sessions_of_owner(session& on, const checkpoint& record,
                           std::chrono::milliseconds timeout);

} // namespace waymark::postgres
