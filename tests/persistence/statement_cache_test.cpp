#include "persistence/sql/statement_cache.hpp"

#include "tests/catch.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using waymark::sql::statement_cache;

namespace {

struct statement {
  std::string sql;
};

struct watched_cache {
  statement_cache<statement> cache;
  std::vector<std::string> made;
  std::vector<std::string> given_up;
  bool fails = false;

  const std::string& get(const std::string& sql) {
    return cache
        .find_or_make(
            sql,
            [&] {
              made.push_back(sql);
              return statement{sql};
            },
            [&](const statement& old) {
              if (fails)
                throw std::runtime_error{"it can't be given up"};
              given_up.push_back(old.sql);
            })
        .sql;
  }

  void fill() {
    for (std::size_t i = 0; i < statement_cache<statement>::bound; ++i)
      CHECK(get("a long enough text, number " + std::to_string(i)) ==
            "a long enough text, number " + std::to_string(i));
    made.clear();
  }
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a statement is made once, and the least recently used one is given up") {
  watched_cache it;
  it.fill();
  CHECK(it.given_up.empty());
  it.get("a long enough text, number 0");
  it.get("a long enough text, number 0");
  CHECK(it.made.empty());
  it.get("another");
  CHECK(it.given_up == names{"a long enough text, number 1"});
  it.get("a long enough text, number 0");
  CHECK(it.made == names{"another"});
  it.get("a long enough text, number 1");
  CHECK(it.given_up.back() == "a long enough text, number 2");
  CHECK(it.cache.size() == statement_cache<statement>::bound);
  CHECK(it.cache.contains("another"));
  CHECK_FALSE(it.cache.contains("a long enough text, number 2"));
}

TEST_CASE("one that can't be given up stays") {
  watched_cache it;
  it.fill();
  it.fails = true;
  CHECK_THROWS(it.get("another"));
  CHECK_FALSE(it.cache.contains("another"));
  CHECK(it.cache.contains("a long enough text, number 0"));
  CHECK(it.cache.size() == statement_cache<statement>::bound);
}
