#include "tests/catch.hpp"

#include "tests/contract/event_store_contract.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/persistence/kept_in.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <waymark/persistence/store.hpp>

namespace waymark::test {

namespace {

std::shared_ptr<event_store> events(const clock& clk) {
  auto schema = std::make_shared<postgres_schema>();
  auto opened = open(schema->address(), {.clock = &clk}).events;
  return kept_in(std::move(schema), std::move(opened));
}

std::shared_ptr<projection_store> projections(const clock& clk) {
  auto schema = std::make_shared<postgres_schema>();
  auto opened = open(schema->address(), {.clock = &clk}).projections;
  return kept_in(std::move(schema), std::move(opened));
}

} // namespace

WAYMARK_EVENT_STORE_CONTRACT("postgresql", events)
WAYMARK_PROJECTION_STORE_CONTRACT("postgresql", projections)
WAYMARK_READ_MODEL_CONTRACT("postgresql", projections)

} // namespace waymark::test
