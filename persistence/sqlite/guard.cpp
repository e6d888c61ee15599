#include "persistence/sqlite/guard.hpp"

#include <array>
#include <cstring>

namespace waymark::sqlite {

namespace {

bool is_own(const char* name) noexcept {
  return name != nullptr && sqlite3_strnicmp(name, "waymark_", 8) == 0;
}

/// Pragmas that only tell something, with an argument or without.
bool only_tells(const char* pragma, const char* argument) noexcept {
  static constexpr std::array with_argument{
      "table_info",  "table_xinfo",      "table_list",  "index_list",      "index_info",
      "index_xinfo", "foreign_key_list", "quick_check", "integrity_check", "foreign_key_check"};
  static constexpr std::array alone{
      "user_version", "application_id", "foreign_keys", "encoding",       "database_list",
      "data_version", "page_size",      "page_count",   "collation_list", "function_list"};
  const auto in = [&](const auto& names) {
    for (const char* name : names)
      if (sqlite3_stricmp(pragma, name) == 0)
        return true;
    return false;
  };
  return in(with_argument) || (argument == nullptr && in(alone));
}

/// Whether the second name of an action is a table too.
bool second_is_table(int action) noexcept {
  switch (action) {
  case SQLITE_CREATE_INDEX:
  case SQLITE_CREATE_TEMP_INDEX:
  case SQLITE_CREATE_TRIGGER:
  case SQLITE_CREATE_TEMP_TRIGGER:
  case SQLITE_DROP_INDEX:
  case SQLITE_DROP_TRIGGER:
  case SQLITE_ALTER_TABLE:
    return true;
  default:
    return false;
  }
}

} // namespace

int guard::decide(void* self, int action, const char* first, const char* second, const char*,
                  const char*) noexcept {
  const auto& me = *static_cast<guard*>(self);
  if (!me.watching_)
    return SQLITE_OK;
  switch (action) {
  case SQLITE_TRANSACTION:
  case SQLITE_SAVEPOINT:
  case SQLITE_ATTACH:
  case SQLITE_DETACH:
    return SQLITE_DENY;
  case SQLITE_PRAGMA:
    return only_tells(first, second) ? SQLITE_OK : SQLITE_DENY;
  case SQLITE_FUNCTION: // the second is its name
    return second != nullptr && sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY
                                                                               : SQLITE_OK;
  case SQLITE_READ:
    return is_own(first) && !me.may_read_own_tables_ ? SQLITE_DENY : SQLITE_OK;
  default:
    return is_own(first) || (second_is_table(action) && is_own(second)) ? SQLITE_DENY : SQLITE_OK;
  }
}

} // namespace waymark::sqlite
