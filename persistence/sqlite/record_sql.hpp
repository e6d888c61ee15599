#pragma once

#include "persistence/sql/record_sql.hpp"

#include <string>
#include <string_view>

namespace waymark::sqlite {

extern const sql::record_sql record_texts;

/// A statement of waymark's own as SQLite takes it.
[[nodiscard]] std::string in_sqlite(std::string_view sql);

} // namespace waymark::sqlite
