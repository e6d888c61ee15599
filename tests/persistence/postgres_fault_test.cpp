#include "tests/catch.hpp"

#include "persistence/postgres/fault.hpp"

namespace waymark::postgres {

namespace {

using enum blame;

struct expectation {
  const char* sqlstate;
  blame whose;
};

const expectation expected[] = {
    {"", store},             // no answer: the connection is gone
    {"08000", store},        // connection exception
    {"08006", store},        // connection failure
    {"08P01", store},        // protocol violation
    {"09000", projection},   // triggered action
    {"0A000", projection},   // feature not supported
    {"0LP01", projection},   // may not grant
    {"0P000", projection},   // no such role
    {"0Z002", projection},   // diagnostics outside of a handler of exceptions
    {"20000", blame::event}, // CASE not found
    {"21000", blame::event}, // cardinality violation
    {"22001", blame::event}, // string too long
    {"22003", blame::event}, // number out of range
    {"22008", blame::event}, // date out of range
    {"22012", blame::event}, // division by zero
    {"22021", blame::event}, // not in the encoding
    {"22P02", blame::event}, // invalid text
    {"23000", blame::event}, // integrity constraint
    {"23502", blame::event}, // NOT NULL
    {"23503", blame::event}, // foreign key
    {"23505", blame::event}, // unique
    {"23514", blame::event}, // CHECK
    {"23P01", blame::event}, // exclusion
    {"24000", projection},   // a cursor that stands on no row
    {"25001", projection},   // not in a transaction, or not in one that has begun
    {"25006", store},        // read-only, as after a failover
    {"25P02", blame::event}, // in failed transaction
    {"25P03", blame::event}, // idle in transaction: the handler took too long
    {"25P04", blame::event}, // the transaction took too long
    {"26000", store},        // prepared statement is gone, as behind a pooler
    {"27000", blame::event}, // triggered data change
    {"28000", store},        // authorization
    {"28P01", store},        // password
    {"2BP01", projection},   // other objects depend on it
    {"2D000", projection},   // COMMIT in a procedure
    {"2F005", projection},   // a function without RETURN
    {"34000", projection},   // no such cursor
    {"38000", blame::event}, // external routine
    {"39004", blame::event}, // NULL to a function that takes none
    {"3B001", projection},   // no such savepoint
    {"3D000", store},        // no such database
    {"3F000", projection},   // no such schema
    {"40001", store},        // serialization
    {"40003", store},        // completion unknown
    {"40P01", store},        // deadlock
    {"42501", projection},   // permission
    {"42601", projection},   // syntax
    {"42703", projection},   // no such column
    {"42804", projection},   // types do not match
    {"42P01", projection},   // no such table
    {"42P05", store},        // prepared before by another, as behind a pooler
    {"42P08", projection},   // ambiguous parameter
    {"42P18", projection},   // undeduced parameter
    {"44000", blame::event}, // WITH CHECK OPTION
    {"53000", store},        // resources
    {"53100", store},        // disk full
    {"53200", store},        // memory
    {"53300", store},        // connections
    {"54000", blame::event}, // program limit
    {"54001", blame::event}, // too complex
    {"55000", projection},   // a view that takes no rows, currval before nextval
    {"55006", store},        // object in use
    {"55P02", projection},   // a setting that can't be changed now
    {"55P04", projection},   // a value of an enum of the same transaction
    {"55P03", store},        // lock timeout
    {"57000", store},        // operator intervention
    {"57014", blame::event}, // cancelled
    {"57P01", store},        // shut down by an administrator
    {"57P02", store},        // crash
    {"57P03", store},        // starting up
    {"57P05", store},        // idle session
    {"58000", store},        // system error
    {"58030", store},        // I/O error
    {"P0001", blame::event}, // RAISE
    {"P0002", blame::event}, // no data found
    {"XX000", store},        // internal
    {"XX001", store},        // data corrupted
    {"MY001", blame::event}, // RAISE … USING ERRCODE
    {"ZZ999", blame::event}, // the same: the server has no such class
};

failure failure_of(const char* sqlstate, bool connected = true) {
  return {sqlstate, "what the server said", "postgresql://db/shop", "INSERT INTO revenue",
          connected};
}

template <class Exception>
std::string text_thrown(const char* sqlstate, stage when) {
  try {
    raise(failure_of(sqlstate), when);
  } catch (const Exception& e) {
    return e.what();
  }
}

} // namespace

TEST_CASE("every SQLSTATE has somebody to act on it") {
  for (const auto& each : expected) {
    INFO("SQLSTATE " << each.sqlstate);
    CHECK(judge(each.sqlstate) == each.whose);
  }
}

TEST_CASE("each blame has its exception, which names database, cause and statement") {
  using Catch::Matchers::ContainsSubstring;
  const auto constraint = text_thrown<statement_error>("23505", stage::handler);
  CHECK_THAT(constraint, ContainsSubstring("postgresql://db/shop"));
  CHECK_THAT(constraint, ContainsSubstring("what the server said"));
  CHECK_THAT(constraint, ContainsSubstring("INSERT INTO revenue"));
  CHECK_THAT(constraint, ContainsSubstring("23505"));
  CHECK_THAT(text_thrown<projection_error>("42P18", stage::handler), ContainsSubstring("$1::text"));
  (void)text_thrown<statement_error>("25006", stage::query); // a query that writes
  (void)text_thrown<store_error>("25006", stage::handler);   // a server that does not
  CHECK_THAT(text_thrown<store_error>("53100", stage::own), ContainsSubstring("disk"));
  // waymark's own statements never blame an event or a projection
  for (const char* sqlstate : {"22P02", "23505", "42P01", "42501", "57014", "25P03"})
    CHECK_THROWS_AS(raise(failure_of(sqlstate), stage::own), store_error);
  CHECK_THROWS_AS(raise(failure_of("42501"), stage::open), incompatible_store);
  for (const char* sqlstate : {"21000", "22012", "23503", "54000", "P0001"}) // deferred
    CHECK_THROWS_AS(raise(failure_of(sqlstate), stage::commit), statement_error);
  for (const char* sqlstate : {"0A000", "2D000", "42501", "42P01", "42703"}) // in a trigger
    CHECK_THROWS_AS(raise(failure_of(sqlstate), stage::commit), projection_error);
  for (const char* sqlstate : {"40001", "40P01", "53100", "57P01", "25006"})
    CHECK_THROWS_AS(raise(failure_of(sqlstate), stage::commit), store_error);
  for (const char* sqlstate : {"57014", "25P02", "25P03"}) { // waited for a lock, for one
    CHECK_THROWS_AS(raise(failure_of(sqlstate), stage::commit), store_error);
    CHECK_THROWS_AS(raise(failure_of(sqlstate), stage::append), store_error);
  }
  for (const char* sqlstate : {"57014", "25P03", "25P04", "55P03"}) // a script waited for a lock
    CHECK_THROWS_AS(raise(failure_of(sqlstate), stage::script), store_error);
  CHECK_THROWS_AS(raise(failure_of("42601"), stage::script), projection_error);
  CHECK_THROWS_AS(raise(failure_of("23505"), stage::script), statement_error);
  CHECK_THROWS_AS(raise(failure_of("MY001"), stage::handler), statement_error);
  CHECK_THROWS_AS(raise(failure_of("MY001", false), stage::handler), store_error);
  CHECK_THROWS_AS(raise(failure_of("22021"), stage::append), statement_error);
  CHECK_THROWS_AS(raise(failure_of("42P01"), stage::append), store_error);
}

TEST_CASE("a commit that was not answered leaves its outcome open") {
  using enum store_error::outcome;
  CHECK(outcome_of_commit("40001", true) == nothing_done);
  CHECK(outcome_of_commit("53100", true) == nothing_done);
  CHECK(outcome_of_commit("55P03", true) == nothing_done);
  CHECK(outcome_of_commit("", false) == unknown);
  CHECK(outcome_of_commit("40001", false) == unknown);
  CHECK(outcome_of_commit("40003", true) == unknown);
  CHECK(outcome_of_commit("08006", true) == unknown);
  CHECK(outcome_of_commit("57P01", true) == unknown); // may stand behind the commit record
  for (const auto when : {stage::commit, stage::append})
    try {
      raise(failure_of("", false), when);
    } catch (const store_error& e) {
      CHECK(e.outcome_unknown());
      CHECK(e.retryable());
    }
}

} // namespace waymark::postgres
