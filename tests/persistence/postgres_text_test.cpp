#include "tests/catch.hpp"

#include "persistence/postgres/address.hpp"
#include "persistence/postgres/bulk_insert.hpp"
#include "persistence/postgres/params.hpp"
#include "persistence/postgres/session_settings.hpp"
#include "persistence/postgres/sql_words.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include <limits>

namespace waymark::postgres {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("an address is taken apart, and its password shown to nobody") {
  const auto a =
      address::parse("postgresql://shop:s3cret%20word@db.example:6432/orders?sslmode=require"
                     "&schema=log_1&max_sessions=3&schema_mode=verify");
  CHECK(a.schema == "log_1");
  CHECK(a.max_sessions == 3);
  CHECK(a.verify);
  CHECK_FALSE(a.prepared_transactions);
  CHECK(a.password == "s3cret word");
  CHECK(a.shown == "postgresql://shop@db.example:6432/orders?schema=log_1");
  CHECK_THAT(a.conninfo, ContainsSubstring("sslmode='require'"));
  CHECK_THAT(a.conninfo, ContainsSubstring("password='s3cret word'"));
  CHECK_THAT(a.conninfo, ContainsSubstring("tcp_user_timeout="));
  CHECK(a.without_password("not s3cret word here") == "not *** here");

  const auto plain = address::parse("postgres://");
  CHECK(plain.schema == "waymark");
  CHECK(plain.max_sessions == 8);
  CHECK(plain.password.empty());
  CHECK(plain.without_password("as it is") == "as it is");
  CHECK_THAT(address::parse("postgresql://h/d?password=it's%5Cx").conninfo,
             ContainsSubstring("password='it\\'s\\\\x'"));
}

TEST_CASE("a question mark in a password is a part of it") {
  const auto where = address::parse("postgresql://u:s3cret?pw@h/d");
  CHECK(where.password == "s3cret?pw");
  CHECK(where.shown == "postgresql://u@h/d");
}

TEST_CASE("a wrong address is refused without being repeated") {
  for (const char* text :
       {"postgresql://u:s3cret@h/d?no_such_parameter=1", "postgresql://u:s3cret@h/d?schema=Log",
        "postgresql://u:s3cret@h/d?schema=", "postgresql://u:s3cret@h/d?schema=pg_x",
        "postgresql://u:s3cret@h/d?max_sessions=0", "postgresql://u:s3cret@h/d?max_sessions=many",
        "postgresql://u:s3cret@h/d?schema_mode=maybe",
        "postgresql://u:s3cret@h/d?prepared_transactions=yes", "postgresql://u:s3cret%zz@h/d",
        "postgresql://u:s3cret@[h/d",
        "postgresql://u:s3cret/pw@h/d", "postgresql://u:x/s3cret@h:5/d",
        "postgresql://u:x@s3cret@h/d"}) {
    INFO(text);
    try {
      (void)open(text);
      FAIL("it was taken");
    } catch (const usage_error& e) {
      CHECK(std::string{e.what()}.find("s3cret") == std::string::npos);
      CHECK_THAT(e.what(), ContainsSubstring("postgresql://user@host"));
    }
  }
}

TEST_CASE("no password in the error of a server that is not there") {
  try {
    (void)open("postgresql://u:s3cret@127.0.0.1:1/d?connect_timeout=2");
    FAIL("there was a server");
  } catch (const store_error& e) {
    CHECK(std::string{e.what()}.find("s3cret") == std::string::npos);
    CHECK_THAT(e.what(), ContainsSubstring("postgresql://u@127.0.0.1:1/d"));
    CHECK_FALSE(e.outcome_unknown());
  }
}

TEST_CASE("the first word of each statement is found") {
  using words = std::vector<std::string>;
  CHECK(first_words("").empty());
  CHECK(first_words(" ;; -- COMMIT\n /* BEGIN /* x */ ; */ ;").empty());
  CHECK(first_words("select 1") == words{"SELECT"});
  CHECK(first_words(" /* ; */ cOmMiT;") == words{"COMMIT"});
  CHECK(first_words("insert into t values (';', ''';', E'\\';', \";\", 'it''s;'); end") ==
        words{"INSERT", "END"});
  CHECK(first_words("do $$ begin; end; $$; do $x1$ a; $$ ; $x1$; abort") ==
        words{"DO", "DO", "ABORT"});
  CHECK(first_words("select $1; select a$b$c; rollback") == words{"SELECT", "SELECT", "ROLLBACK"});
  CHECK(first_words("(select 1); with x as (select 1) select 2") == words{"", "WITH"});
  CHECK(first_words("select 'open; commit") == words{"SELECT"});
  CHECK(first_words("select $$ open; commit") == words{"SELECT"});
  CHECK(first_words("select /* open; commit") == words{"SELECT"});
  CHECK(first_words("select 1;-- x") == words{"SELECT"});
  const std::string head = "create or /* x */ replace function f(a int default (1)) returns int ";
  CHECK(first_words(head + "begin atomic select 1 as case; select 2 end; ; end; commit") ==
        words{"CREATE", "COMMIT"});
  CHECK(first_words(head + "begin atomic end; end") == words{"CREATE", "END"});
  CHECK(first_words("create procedure p() BEGIN ATOMIC select case 1 when 1 then 2 end; END") ==
        words{"CREATE"});
  CHECK(first_words("create function f(begin atomic) as 'x'; commit") == words{"CREATE", "COMMIT"});
  CHECK(first_words("create view function as table begin atomic; commit") ==
        words{"CREATE", "COMMIT"});
  CHECK(first_words("select 1 from begin atomic; commit") == words{"SELECT", "COMMIT"});
  CHECK(is_forbidden("COMMIT"));
  CHECK(is_forbidden("SET"));
  CHECK_FALSE(is_forbidden("SELECT"));
}

TEST_CASE("refused settings are found in the server's words of any language") {
  const auto found = [](const std::string& message) {
    const auto result = settings_refused("22P02", message);
    return result ? std::string{*result} : "nothing";
  };
  const std::string said = WAYMARK_SETTINGS_REFUSED;
  for (const std::string settings : {"timezone = UTC", "", "a = \"b>\", c", "a = »b>«, c"}) {
    const auto words = said + settings + ">";
    for (const auto& message :
         {"invalid input syntax for type integer: \"" + words + "\"",
          "ungültige Eingabesyntax für Typ integer: »" + words + "«",
          "syntaxe en entrée invalide pour le type integer : « " + words + " »"})
      CHECK(found(message) == settings);
  }
  CHECK(found("invalid input syntax for type integer: \"twelve>\"") == "nothing");
  CHECK(found("-> " + said + "cut off") == "nothing");
  CHECK_FALSE(settings_refused("22003", said + "a = b>\""));
}

TEST_CASE("an insert of one row is made one of many") {
  const auto many = [](std::string_view sql) {
    const auto insert = bulk_insert::of(sql);
    return insert ? insert->with_arrays({{"text", "text"}, {"bigint", "integer"}}) : "";
  };
  CHECK(many("INSERT INTO t (a, b) VALUES ($2, lower($1) || ')') ON CONFLICT (a) DO NOTHING") ==
        "INSERT INTO t (a, b) SELECT waymark_rows.c2, lower(waymark_rows.c1) || ')' FROM (SELECT "
        "c1, c2::integer AS c2 FROM unnest($1::text[], $2::bigint[]) AS waymark_sent(c1, c2)) AS "
        "waymark_rows ON CONFLICT (a) DO NOTHING");
  CHECK(many("-- one\ninsert into \"values\" -- two\nvalues($1,$2::int,E'\\')',$$ $1 $$)") ==
        "insert into \"values\"  SELECT waymark_rows.c1,waymark_rows.c2::int,E'\\')',$$ $1 "
        "$$ FROM (SELECT c1, c2::integer AS c2 FROM unnest($1::text[], $2::bigint[]) AS "
        "waymark_sent(c1, "
        "c2)) AS waymark_rows ");
  for (const char* sql :
       {"UPDATE t SET a = $1", "DELETE FROM t WHERE a = $1", "INSERT INTO t SELECT $1, $2",
        "INSERT INTO t VALUES ($1, 1), ($2, 2)", "INSERT INTO t VALUES ($1, $2) RETURNING a",
        "INSERT INTO t VALUES ($1, (SELECT max(b) FROM t))", "INSERT INTO t VALUES ($1, DEFAULT)",
        "INSERT INTO t VALUES ($1, 1) ON CONFLICT (a) DO UPDATE SET b = $2",
        "WITH x AS (DELETE FROM u) INSERT INTO t VALUES ($1, $2)", "INSERT INTO t DEFAULT VALUES",
        "INSERT INTO t VALUES ($1, $2", "INSERT INTO t VALUES ($1, $2); DELETE FROM t", "",
        "INSERT INTO t VALUES ($1, next_of_mine($2))", "INSERT INTO t VALUES ($1, \"Mine\" ($2))",
        "INSERT INTO t VALUES ($1, my.lower($2))", "INSERT INTO t VALUES ($1, my . lower($2))",
        "INSERT INTO t VALUES ($1, 1) ON CONFLICT (a) DO UPDATE SET b = next_of_mine()"})
    CHECK(many(sql).empty());
  for (const char* sql :
       {"INSERT INTO t VALUES ($1::numeric(3, 1), (coalesce($2, 1)))",
        "INSERT INTO t (a, b) VALUES (to_timestamp($1), CASE WHEN ($2 > 1) THEN (1) END)",
        "INSERT INTO my.t(a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET (b) = ROW (excluded.b)",
        "INSERT INTO t VALUES ($1) ON CONFLICT (lower(a)) DO UPDATE SET b = t.b + (excluded.b)"})
    CHECK_FALSE(many(sql).empty());
}

TEST_CASE("text is made storable") {
  CHECK(storable("plain \xc3\xa4") == "plain \xc3\xa4");
  CHECK(storable(std::string_view{"a\0b\xff", 4}) == "a?b?");
  const timestamp when{std::chrono::microseconds{1'700'000'000'123'456}};
  CHECK(from_server_time(to_server_time(when)) == when);
  CHECK(from_server_time(std::numeric_limits<std::int64_t>::max()) == timestamp::max()); // infinity
  CHECK(from_server_time(std::numeric_limits<std::int64_t>::min()) < from_server_time(0));
  CHECK(to_server_time(timestamp::min()) == std::numeric_limits<std::int64_t>::min());
  CHECK(to_server_time(timestamp::max()) > 0);
  CHECK(from_server_time(0) == std::chrono::sys_days{std::chrono::year{2000} / 1 / 1});
}

TEST_CASE("the schema can be printed for those who make it by hand") {
  const auto sql = postgresql_schema("postgresql://h/d?schema=log_1");
  CHECK_THAT(sql, ContainsSubstring("CREATE TABLE \"log_1\".events"));
  CHECK_THAT(sql, ContainsSubstring("'waymark append log_1'"));
  CHECK(sql.find('{' + std::string{"schema"}) == std::string::npos);
  CHECK_THROWS_AS(postgresql_schema("sqlite:x"), usage_error);
}

} // namespace waymark::postgres
