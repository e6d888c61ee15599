#include "tests/catch.hpp"

#include "persistence/sqlite/fault.hpp"

#include <sqlite3.h>

namespace waymark::sqlite {

namespace {

using enum blame;

struct expectation {
  int code;
  blame at_open;
  blame at_prepare;
  blame at_step;
  blame at_commit;
};

const expectation expected[] = {
    {SQLITE_ERROR, incompatible, projection, blame::event, store},
    {SQLITE_INTERNAL, store, store, store, store},
    {SQLITE_PERM, store, store, store, store},
    {SQLITE_ABORT, store, blame::event, blame::event, store},
    {SQLITE_BUSY, store, store, store, store},
    {SQLITE_BUSY_SNAPSHOT, store, store, store, store},
    {SQLITE_BUSY_RECOVERY, store, store, store, store},
    {SQLITE_LOCKED, store, store, store, store},
    {SQLITE_NOMEM, store, store, store, store},
    {SQLITE_READONLY, store, store, store, store},
    {SQLITE_READONLY_DIRECTORY, store, store, store, store},
    {SQLITE_INTERRUPT, store, store, store, store},
    {SQLITE_IOERR, store, store, store, store},
    {SQLITE_IOERR_FSYNC, store, store, store, store},
    {SQLITE_IOERR_SHORT_READ, store, store, store, store},
    {SQLITE_CORRUPT, incompatible, store, store, store},
    {SQLITE_CORRUPT_INDEX, incompatible, store, store, store},
    {SQLITE_FULL, store, store, store, store},
    {SQLITE_CANTOPEN, store, store, store, store},
    {SQLITE_PROTOCOL, store, store, store, store},
    {SQLITE_SCHEMA, store, store, store, store},
    {SQLITE_TOOBIG, store, projection, blame::event, store},
    {SQLITE_CONSTRAINT, store, blame::event, blame::event, blame::event},
    {SQLITE_CONSTRAINT_CHECK, store, blame::event, blame::event, blame::event},
    {SQLITE_CONSTRAINT_FOREIGNKEY, store, blame::event, blame::event, blame::event},
    {SQLITE_CONSTRAINT_UNIQUE, store, blame::event, blame::event, blame::event},
    {SQLITE_CONSTRAINT_DATATYPE, store, blame::event, blame::event, blame::event},
    {SQLITE_MISMATCH, store, blame::event, blame::event, store},
    {SQLITE_MISUSE, store, store, store, store},
    {SQLITE_AUTH, projection, projection, projection, store},
    {SQLITE_RANGE, store, blame::event, blame::event, store},
    {SQLITE_NOTADB, incompatible, store, store, store},
    {12345, store, store, store, store},
};

failure failure_of(int code) {
  return {code, "what SQLite said", "sqlite:orders.db", "INSERT INTO revenue"};
}

template <class Exception>
std::string text_thrown(int code, stage when) {
  try {
    raise_for_handler(failure_of(code), when);
  } catch (const Exception& e) {
    return e.what();
  }
}

} // namespace

TEST_CASE("every SQLite code has somebody to act on it") {
  for (const auto& each : expected) {
    INFO("code " << each.code);
    CHECK(judge(each.code, stage::open) == each.at_open);
    CHECK(judge(each.code, stage::prepare) == each.at_prepare);
    CHECK(judge(each.code, stage::step) == each.at_step);
    CHECK(judge(each.code, stage::commit) == each.at_commit);
  }
}

TEST_CASE("each blame has its exception, which names file, cause and statement") {
  using Catch::Matchers::ContainsSubstring;
  const auto constraint = text_thrown<statement_error>(SQLITE_CONSTRAINT, stage::step);
  CHECK_THAT(constraint, ContainsSubstring("sqlite:orders.db"));
  CHECK_THAT(constraint, ContainsSubstring("what SQLite said"));
  CHECK_THAT(constraint, ContainsSubstring("INSERT INTO revenue"));
  (void)text_thrown<projection_error>(SQLITE_ERROR, stage::prepare);
  (void)text_thrown<incompatible_store>(SQLITE_NOTADB, stage::open);
  CHECK_THAT(text_thrown<store_error>(SQLITE_BUSY, stage::step),
             ContainsSubstring("locked by another process"));
  CHECK_THAT(text_thrown<store_error>(SQLITE_FULL, stage::commit), ContainsSubstring("full"));
  // waymark's own statements never blame an event or a projection
  CHECK_THROWS_AS(raise_for_store(failure_of(SQLITE_CONSTRAINT), stage::step), store_error);
  CHECK_THROWS_AS(raise_for_store(failure_of(SQLITE_ERROR), stage::prepare), store_error);
  CHECK_THROWS_AS(raise_for_store(failure_of(SQLITE_NOTADB), stage::open), incompatible_store);
}

TEST_CASE("only a failed sync leaves the outcome of a commit open") {
  using enum store_error::outcome;
  CHECK(outcome_of_commit(SQLITE_FULL) == nothing_done);
  CHECK(outcome_of_commit(SQLITE_IOERR_WRITE) == nothing_done);
  CHECK(outcome_of_commit(SQLITE_BUSY) == nothing_done);
  CHECK(outcome_of_commit(SQLITE_IOERR_FSYNC) == unknown);
  try {
    raise_for_store(failure_of(SQLITE_IOERR_FSYNC), stage::commit);
  } catch (const store_error& e) {
    CHECK(e.outcome_unknown());
    CHECK(e.retryable());
  }
}

} // namespace waymark::sqlite
