#include "persistence/sqlite/fault.hpp"

#include <sqlite3.h>

#include <array>

namespace waymark::sqlite {

namespace {

struct row {
  int code;
  blame at_open;
  blame at_prepare;
  blame at_step;
  std::string_view advice;
};

// Primary result codes; whatever is missing is the store's.
constexpr std::array table{
    row{SQLITE_ERROR, blame::incompatible, blame::projection, blame::event, ""},
    row{SQLITE_AUTH, blame::projection, blame::projection, blame::projection,
        "a handler may not end or nest the transaction, attach files or touch waymark's tables"},
    row{SQLITE_CONSTRAINT, blame::store, blame::event, blame::event, ""},
    row{SQLITE_MISMATCH, blame::store, blame::event, blame::event, ""},
    row{SQLITE_TOOBIG, blame::store, blame::projection, blame::event,
        "the value or the statement is larger than SQLite takes"},
    row{SQLITE_RANGE, blame::store, blame::event, blame::event, ""},
    row{SQLITE_ABORT, blame::store, blame::event, blame::event, ""},
    row{SQLITE_NOTADB, blame::incompatible, blame::store, blame::store,
        "the file is not a SQLite database, or it is encrypted; give another name"},
    row{SQLITE_CORRUPT, blame::incompatible, blame::store, blame::store,
        "the file is damaged; restore it from a backup, or see what `sqlite3 FILE .recover` saves"},
    row{SQLITE_BUSY, blame::store, blame::store, blame::store,
        "it is locked by another process; find who writes to it, this call may be repeated"},
    row{SQLITE_LOCKED, blame::store, blame::store, blame::store,
        "it is locked by another connection; this call may be repeated"},
    row{SQLITE_FULL, blame::store, blame::store, blame::store,
        "the disk or the file's page limit is full; make room"},
    row{SQLITE_IOERR, blame::store, blame::store, blame::store,
        "look at the disk and at the system's log"},
    row{SQLITE_CANTOPEN, blame::store, blame::store, blame::store,
        "see that the folder exists and that it may be read and written"},
    row{SQLITE_READONLY, blame::store, blame::store, blame::store,
        "the file, or the folder where its -wal file has to stand, may not be written"},
    row{SQLITE_PERM, blame::store, blame::store, blame::store,
        "see the permissions of the file and its folder"},
    row{SQLITE_NOMEM, blame::store, blame::store, blame::store, "memory is short"},
};

const row* find(int code) noexcept {
  for (const auto& each : table)
    if (each.code == (code & 0xff))
      return &each;
  return nullptr;
}

[[noreturn]] void raise(blame whose, const failure& what, stage when) {
  sql::raise(whose, {what.file, what.message, what.doing, advice(what.code)},
             when == stage::commit ? outcome_of_commit(what.code)
                                   : store_error::outcome::nothing_done);
}

} // namespace

blame judge(int code, stage when) noexcept {
  const auto* found = find(code);
  if (found == nullptr)
    return blame::store;
  switch (when) {
  case stage::open:
    return found->at_open;
  case stage::prepare:
    return found->at_prepare;
  case stage::step:
    return found->at_step;
  case stage::commit:
    // A deferred constraint is checked by COMMIT; it is the values' fault as at any other step.
    return (code & 0xff) == SQLITE_CONSTRAINT ? blame::event : blame::store;
  }
  return blame::store;
}

std::string_view advice(int code) noexcept {
  const auto* found = find(code);
  return found != nullptr ? found->advice : std::string_view{};
}

store_error::outcome outcome_of_commit(int code) noexcept {
  const bool sync_failed = code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
  return sync_failed ? store_error::outcome::unknown : store_error::outcome::nothing_done;
}

void raise_for_handler(const failure& what, stage when) {
  raise(judge(what.code, when), what, when);
}

void raise_for_store(const failure& what, stage when) {
  const auto whose = judge(what.code, when);
  raise(when == stage::open && whose == blame::incompatible ? whose : blame::store, what, when);
}

} // namespace waymark::sqlite
