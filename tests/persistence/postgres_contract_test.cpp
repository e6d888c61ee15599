#include "tests/catch.hpp"

#include "tests/contract/event_store_contract.hpp"
#include "tests/contract/projection_store_contract.hpp"
#include "tests/contract/read_model_contract.hpp"
#include "tests/persistence/postgres_server.hpp"

#include <waymark/persistence/store.hpp>

namespace waymark::test {

namespace {

/// A store together with the schema it stands in, which goes away after it.
template <class Store>
std::shared_ptr<Store> kept_in(std::shared_ptr<postgres_schema> schema,
                               std::shared_ptr<Store> in_schema) {
  auto* const plain = in_schema.get();
  return std::shared_ptr<Store>{
      plain, [schema = std::move(schema), in_schema = std::move(in_schema)](Store*) mutable {
        in_schema.reset();
        schema.reset();
      }};
}

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
