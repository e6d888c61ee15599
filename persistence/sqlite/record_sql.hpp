#pragma once

#include "persistence/sql/record_sql.hpp"

namespace waymark::sqlite {

extern const sql::record_sql record_texts;

} // namespace waymark::sqlite
