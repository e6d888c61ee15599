// Whether the server ends texts, names and comments where the lexer does.
#include "persistence/postgres/literal.hpp"

#include "tests/catch.hpp"
#include "tests/persistence/difficult_sql.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <libpq-fe.h>

#include <memory>

namespace waymark::test {

namespace {

using result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

class session {
 public:
  session() : on_{PQconnectdb(postgres_server::instance().address.c_str()), PQfinish} {
    REQUIRE(PQstatus(on_.get()) == CONNECTION_OK);
  }

  /// Of one statement; 0 if it is refused.
  [[nodiscard]] int columns_of(const std::string& sql) const {
    const result made{PQprepare(on_.get(), "", sql.c_str(), 0, nullptr), PQclear};
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK)
      return 0;
    const result told{PQdescribePrepared(on_.get(), ""), PQclear};
    return PQnfields(told.get());
  }

  [[nodiscard]] std::string value_of(const std::string& sql) const {
    const result found{PQexec(on_.get(), sql.c_str()), PQclear};
    INFO(PQerrorMessage(on_.get()));
    REQUIRE(PQntuples(found.get()) == 1);
    return PQgetvalue(found.get(), 0, 0);
  }

  [[nodiscard]] std::string name_of(const std::string& sql) const {
    const result found{PQexec(on_.get(), sql.c_str()), PQclear};
    REQUIRE(PQnfields(found.get()) == 1);
    return PQfname(found.get(), 0);
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> on_;
};

sql::token only(const std::string& text) {
  const auto found = sql::token_at(text, 0, sql::dialect::postgres);
  REQUIRE(found.text == text);
  return found;
}

} // namespace

TEST_CASE("difficult texts have the columns that the lexer finds") {
  const session on;
  for (const auto& each : difficult_texts)
    if (each.in_postgres != 0) {
      INFO(each.text);
      CHECK(on.columns_of("SELECT " + each.text) == each.in_postgres);
      CHECK(columns_of(each.text, sql::dialect::postgres) == each.in_postgres);
    }
}

TEST_CASE("the server and the lexer read in the same way whatever comes") {
  const session on;
  const auto seed = GENERATE(1u, 2u, 3u);
  std::mt19937 random{seed};
  int taken = 0;
  for (int i = 0; i < 4'000; ++i) {
    const auto text = random_columns(random);
    const auto columns = on.columns_of("SELECT " + text);
    taken += columns != 0 ? 1 : 0;
    if (columns != 0 && columns_of(text, sql::dialect::postgres) != columns)
      FAIL("seed " << seed << ": SELECT " << text << " has " << columns << " column(s)");
  }
  CHECK(taken > 20);
}

TEST_CASE("a literal means to the guards what it means to the server") {
  const session on;
  for (const std::string text :
       {"'it''s'", R"('a\n')", R"(E'it''s \' \\ \b\f\n\r\t\q')",
        R"(E'\101\60a \x41g \x7 \u0041 \U00000041a')",
        R"(U&'d\0061t\+000061 \\ '' /')", "'a' -- it's\n 'b'\r''", "E'a'\n'\\''", "N'a''b'",
        "$$a'$b$$", "$b$ $$ \\ $b$", "$$$$", "''"}) {
    INFO(text);
    CHECK(on.value_of("SELECT " + text) == postgres::meaning_of(only(text)));
  }
  for (const std::string name :
       {R"("it's "" \0061")", R"(U&"d\0061t\+000061 \\ "" '")", "\"A b\""}) {
    INFO(name);
    CHECK(on.name_of("SELECT 1 AS " + name) == postgres::meaning_of(only(name)));
  }
  CHECK(on.value_of(R"(SELECT U&'d!0061 \ !!' UESCAPE '!')") ==
        postgres::meaning_of(only(R"(U&'d!0061 \ !!')"), '!'));
}

} // namespace waymark::test
