#pragma once

#include <sqlite3.h>

namespace waymark::sqlite {

/// Refuses, while a user's SQL is being prepared, what would end or nest the transaction it runs
/// in, reach other files, change settings, or touch waymark's own tables. It stays installed for
/// the connection's life and looks away otherwise: installing one makes SQLite prepare every kept
/// statement anew.
class guard {
 public:
  explicit guard(sqlite3* db) noexcept { sqlite3_set_authorizer(db, &guard::decide, this); }
  guard(const guard&) = delete;
  guard& operator=(const guard&) = delete;

  /// On guard for the life of this object.
  class watch {
   public:
    watch(guard& g, bool may_read_own_tables) noexcept : guard_{g} {
      guard_.watching_ = true;
      guard_.may_read_own_tables_ = may_read_own_tables;
    }
    ~watch() { guard_.watching_ = false; }
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;

   private:
    guard& guard_;
  };

 private:
  static int decide(void* self, int action, const char* first, const char* second,
                    const char* database, const char* trigger) noexcept;

  bool watching_ = false;
  bool may_read_own_tables_ = false;
};

} // namespace waymark::sqlite
