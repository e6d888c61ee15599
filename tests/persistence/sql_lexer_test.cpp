#include "persistence/sql/lexer.hpp"

#include "persistence/postgres/sql_words.hpp"
#include "persistence/postgres/written_tables.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/difficult_sql.hpp"

#include <sqlite3.h>

#include <memory>

namespace waymark::test {

namespace {

using sql::dialect;
using kind = sql::token::kind;

/// The pieces with a letter for the kind of each, blanks left out.
std::string shown(std::string_view sql, dialect of) {
  static constexpr std::string_view letters{"bcwntp#s"};
  std::string result;
  std::string all;
  for (const auto& each : sql::tokens(sql, of)) {
    REQUIRE_FALSE(each.text.empty());
    all += each.text;
    if (each.what != kind::blank)
      (((result += result.empty() ? "" : " ") += letters[static_cast<std::size_t>(each.what)]) +=
       ':') += each.text;
  }
  CHECK(all == sql);
  return result;
}

std::string in_postgres(std::string_view sql) {
  return shown(sql, dialect::postgres);
}

std::string in_sqlite(std::string_view sql) {
  return shown(sql, dialect::sqlite);
}

class database {
 public:
  database() : on_{nullptr, sqlite3_close} {
    sqlite3* made = nullptr;
    REQUIRE(sqlite3_open(":memory:", &made) == SQLITE_OK);
    on_.reset(made);
  }

  /// Of one statement; 0 if it is refused.
  [[nodiscard]] int columns_of(const std::string& sql) const {
    sqlite3_stmt* made = nullptr;
    const char* tail = nullptr;
    sqlite3_prepare_v2(on_.get(), sql.c_str(), -1, &made, &tail);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{made, sqlite3_finalize};
    return made == nullptr || *tail != '\0' ? 0 : sqlite3_column_count(made);
  }

 private:
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> on_;
};

std::string written(std::string_view sql) {
  std::string result;
  for (const auto& [schema, table] : postgres::written_tables(sql))
    result += (result.empty() ? "" : " ") + (schema.empty() ? "" : schema + ".") + table;
  return result;
}

} // namespace

TEST_CASE("SQL is taken to pieces as its database takes it") {
  CHECK(in_postgres("SELECT a.\"b\"\"c\", 'it''s' || $1::int -- x\r\n") ==
        "w:SELECT w:a s:. n:\"b\"\"c\" s:, t:'it''s' s:| s:| p:$1 s:: s:: w:int c:-- x\r");
  CHECK(in_postgres(R"(E'\'' xE'\' x$E'\' 1E'\'' 1e5E'\'' E"\" E '\')") ==
        R"(t:E'\'' w:xE t:'\' w:x$E t:'\' #:1 t:E'\'' #:1e5 t:E'\'' w:E n:"\" w:E t:'\')");
  CHECK(in_postgres("U&'\\0041' u&\"b\" U & 'c' u&d B'0' X'0' N'a' _N'a'") ==
        "t:U&'\\0041' n:u&\"b\" w:U s:& t:'c' w:u s:& w:d t:B'0' t:X'0' t:N'a' w:_N t:'a'");
  CHECK(in_postgres("$1$2 a$b$ $b$ $1 $b$ $$$$ $ $c") ==
        "p:$1 p:$2 w:a$b$ t:$b$ $1 $b$ t:$$$$ s:$ s:$ w:c");
  CHECK(in_postgres("E'a'\n'\\'' 'b' 'c' 'd'--e\n'f'") ==
        "t:E'a'\n'\\'' t:'b' t:'c' t:'d'--e\n'f'");
  CHECK(in_postgres("a[1] `b`") == "w:a s:[ #:1 s:] s:` w:b s:`");
  CHECK(in_postgres("'open; $$") == "t:'open; $$");
  CHECK(in_postgres("E'open\\") == "t:E'open\\");
  CHECK(in_postgres("$x$ open $x") == "t:$x$ open $x");
  CHECK(in_postgres("/* open /* */ ;") == "c:/* open /* */ ;");

  CHECK(in_sqlite("a$b [c]]d] `e``f` \"g\"\"h\" 'i''j' E'\\'") ==
        "w:a$b n:[c] s:] w:d s:] n:`e``f` n:\"g\"\"h\" t:'i''j' w:E t:'\\'");
  CHECK(in_sqlite("$1::text ?1 ? :a @b #c $d(e'f) $ : $a::b") ==
        "p:$1::text p:?1 p:? p::a p:@b p:#c p:$d(e'f) s:$ s:: p:$a::b");
  CHECK(in_sqlite("x'00'x'0' 1E'a' 0x1fg 1e+5") == "t:x'00' t:x'0' #:1E t:'a' #:0x1fg #:1e+5");
  CHECK(in_sqlite("/* /* */ -- a\rb\nc /*") == "c:/* /* */ c:-- a\rb\n w:c s:/ s:*");
  CHECK(in_sqlite("[open 'x'") == "n:[open 'x'");
}

TEST_CASE("SQLite ends texts, names and comments where the lexer does") {
  const database db;
  for (const auto& each : difficult_texts) {
    INFO(each.text);
    CHECK(db.columns_of("SELECT " + each.text) == each.in_sqlite);
    if (each.in_sqlite != 0)
      CHECK(columns_of(each.text, dialect::sqlite) == each.in_sqlite);
    if (each.in_postgres != 0) // what the server says of it stands in another test
      CHECK(columns_of(each.text, dialect::postgres) == each.in_postgres);
  }
}

TEST_CASE("SQLite and the lexer read in the same way whatever comes") {
  const database db;
  const auto seed = GENERATE(1u, 2u, 3u, 4u);
  std::mt19937 random{seed};
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto text = random_columns(random);
    const auto columns = db.columns_of("SELECT " + text);
    taken += columns != 0 ? 1 : 0;
    if (columns != 0 && columns_of(text, dialect::sqlite) != columns)
      FAIL("seed " << seed << ": SELECT " << text << " has " << columns << " column(s)");
  }
  CHECK(taken > 100);
}

TEST_CASE("the guards see a table behind whatever is put around it") {
  CHECK(written("UPDATE U&\"ev\\0065nts\" SET x = 1") == "events");
  CHECK(written("UPDATE U&\"ev!0065nts\" UESCAPE '!' SET x = 1") == "events");
  CHECK(written("UPDATE ONLY (a.\"Events\") SET x = 1") == "a.Events");
  CHECK(written("TRUNCATE t*, events") == "t events");
  CHECK(written("WITH x AS (DELETE FROM t), events AS (SELECT 1) SELECT 1") == "t");
  CHECK(written("SELECT E'it''s \\', one' -- \r; DELETE FROM events -- ") == "events");
  CHECK(written("SELECT E'a'\n'\\'' ; DELETE FROM events; SELECT ''") == "events");
  CHECK(written("SELECT 1 FROM e\"\\\" ; DELETE FROM events; SELECT 1 AS \"\"") == "events");
  CHECK(written("SELECT 1 AS x$E, '\\' ; DELETE FROM events; SELECT ''") == "events");
  CHECK(written("DO 'BEGIN DELETE FROM events; END'") == "events");
  CHECK(written("DO LANGUAGE 'plpgsql' E'BEGIN DELETE\\x20FROM events; END'") == "events");
  CHECK(written("DO $a$ BEGIN EXECUTE 'DELETE ' 'x' || $b$DELETE FROM events$b$; END $a$") ==
        "events");
  CHECK(written("DO $$ BEGIN INSERT INTO t VALUES ('update events'); END $$") == "t");
  CHECK(written("INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET x = $$update events$$") ==
        "t set");
  CHECK(written("SELECT E'\\' ; DELETE FROM events; --'") == "");
}

TEST_CASE("the guards see a call behind whatever is put around it") {
  const auto call = [](std::string_view sql) {
    return std::string{postgres::call_that_outlives_transaction(sql)};
  };
  for (const char* sql :
       {"SELECT U&\"set\\005fconfig\"('a', 'b', false)",
        "SELECT U&\"set!005fconfig\" UESCAPE '!' ('a', 'b', false)",
        "SELECT 1 -- \r, set_config('a', 'b', false)",
        "SELECT E'a'\n'\\'', set_config('a', 'b', false), ''",
        "SELECT E'it''s \\'', set_config('a')",
        "DO E'BEGIN PERFORM set\\137config(''a''); END'",
        "DO $$ BEGIN EXECUTE U&'SELECT set\\005fconfig(1)'; END $$"}) {
    INFO(sql);
    CHECK(call(sql) == "set_config");
  }
  for (const char* sql :
       {"SELECT E'it''s \\', set_config(1)'", "SELECT $x$ set_config(1) $x$",
        "SELECT E'a'\n'\\', set_config(1)'", "SELECT 'set_config(1)' /* set_config(1) */"}) {
    INFO(sql);
    CHECK(call(sql).empty());
  }
}

TEST_CASE("no statement hides behind another") {
  using words = std::vector<std::string>;
  CHECK(postgres::first_words("-- x\rcommit") == words{"COMMIT"});
  CHECK(postgres::first_words("select E'it''s \\' ;', 1; commit") == words{"SELECT", "COMMIT"});
  CHECK(postgres::first_words("select E'a'\n'\\' ;'") == words{"SELECT"});
  CHECK(postgres::first_words("select 1 as x$E, '\\'; commit; --'") == words{"SELECT", "COMMIT"});
}

} // namespace waymark::test
