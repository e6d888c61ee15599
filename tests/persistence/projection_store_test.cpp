#include "tests/catch.hpp"

#include "persistence/memory/memory_projection_store.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <waymark/persistence/store.hpp>

namespace waymark::test {

namespace {

std::shared_ptr<projection_store> without_tables(const clock& clk) {
  return make_memory_projection_store(clk);
}

std::shared_ptr<projection_store> in_memory(const clock& clk) {
  return open("memory:", {.clock = &clk}).projections;
}

std::shared_ptr<projection_store> in_file(const clock& clk) {
  auto folder = std::make_shared<temporary_folder>();
  auto projections = open(folder->address(), {.clock = &clk}).projections;
  return kept_in(std::move(folder), std::move(projections));
}

} // namespace

WAYMARK_PROJECTION_STORE_CONTRACT("memory without tables", without_tables)
WAYMARK_PROJECTION_STORE_CONTRACT("memory", in_memory)
WAYMARK_PROJECTION_STORE_CONTRACT("sqlite", in_file)
WAYMARK_READ_MODEL_CONTRACT("memory", in_memory)
WAYMARK_READ_MODEL_CONTRACT("sqlite", in_file)

TEST_CASE("a store without tables says so") {
  const auto store = make_memory_projection_store();
  CHECK(store->max_sessions() == 4);
  CHECK_THROWS_AS(store->prepare_tables(std::vector<std::string>{"CREATE TABLE x (y)"}),
                  usage_error);
  CHECK_THROWS_AS(store->read([](read_model&) {}), usage_error);
  const auto owner = contract::own(*store, contract::request_of("p", "a"));
  CHECK_THROWS_AS(store->begin(owner)->model(), usage_error);
}

} // namespace waymark::test
