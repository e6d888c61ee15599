#pragma once

#include "persistence/sql/record_sql.hpp"

namespace waymark::postgres {

extern const sql::record_sql record_texts;

/// Advances a checkpoint as `record_texts` does, with the session's settings as one more parameter;
/// fails if the row did not match, or if the settings are others (see `settings_refused`).
extern const char* const advance_or_fail;

} // namespace waymark::postgres
