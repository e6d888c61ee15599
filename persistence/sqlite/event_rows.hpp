#pragma once

#include "persistence/sql/event_from.hpp"
#include "persistence/sqlite/statement.hpp"

namespace waymark::sqlite {

/// Stores one event; the parameters are the columns in their order.
inline constexpr const char* insert_event_sql =
    "INSERT INTO waymark_events (" WAYMARK_EVENT_COLUMNS
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";

/// Reads a page: behind ?1, up to ?2, at most ?3 events.
inline constexpr const char* read_page_sql =
    "SELECT " WAYMARK_EVENT_COLUMNS " FROM waymark_events "
    "WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3";

/// The position and time of the last event.
inline constexpr const char* log_end_sql =
    "SELECT position, recorded_at FROM waymark_events ORDER BY position DESC LIMIT 1";

/// The version of the stream of ?1 (type) and ?2 (id); null if there is none.
inline constexpr const char* stream_version_sql =
    "SELECT max(aggregate_version) FROM waymark_events "
    "WHERE aggregate_type = ?1 AND aggregate_id = ?2";

} // namespace waymark::sqlite
