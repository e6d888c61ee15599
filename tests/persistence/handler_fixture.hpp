#pragma once

#include "tests/catch.hpp"

#include "tests/contract/projection_store_contract.hpp"

#include <waymark/persistence/store.hpp>

#include <string>
#include <vector>

namespace waymark::test {

/// A store in a `Place` (which has an address()) with a table, and one unit of work after another.
template <class Place>
struct handler_fixture {
  Place place;
  waymark::store store = open(place.address());
  ownership owner = contract::own(*store.projections, contract::request_of("p", "a"));

  handler_fixture() {
    store.projections->prepare_tables(std::vector<std::string>{
        "CREATE TABLE t (id BIGINT PRIMARY KEY, x TEXT); CREATE INDEX by_x ON t (x);"});
  }

  /// What the exception says that refuses a statement, and with it the unit.
  template <class Exception, class... Args>
  std::string refused(const std::string& sql, const Args&... args) {
    INFO(sql);
    auto unit = store.projections->begin(owner);
    std::string text;
    try {
      unit->model().execute(sql, args...);
      FAIL("it ran");
    } catch (const Exception& e) {
      text = e.what();
    }
    CHECK(unit->failed());
    CHECK_THROWS(unit->commit(contract::step(0, 1)));
    CHECK(store.projections->load(owner.key)->position == 0);
    return text;
  }

  void runs(const std::string& sql) {
    auto unit = store.projections->begin(owner);
    unit->model().execute(sql);
    CHECK_FALSE(unit->failed());
  }
};

} // namespace waymark::test
