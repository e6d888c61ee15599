#pragma once

#include "persistence/sql/record_sql.hpp"

namespace waymark::postgres {

extern const sql::record_sql record_texts;

} // namespace waymark::postgres
