#include <waymark/messages/page.hpp>

#include "tests/catch.hpp"

using waymark::event;
using waymark::event_filter;

namespace {

event placed(std::optional<std::string> tenant = {}) {
  event e;
  e.event_type = "OrderPlaced";
  e.aggregate_type = "Order";
  e.tenant_id = std::move(tenant);
  return e;
}

} // namespace

TEST_CASE("event filter: an empty one wants everything") {
  CHECK(event_filter{}.wants(placed()));
  CHECK(event_filter{}.wants(event{}));
}

TEST_CASE("event filter: all conditions must hold") {
  CHECK(event_filter{{"OrderPlaced", "OrderPaid"}, {}, {}}.wants(placed()));
  CHECK_FALSE(event_filter{{"OrderPaid"}, {}, {}}.wants(placed()));
  CHECK(event_filter{{}, {"Order"}, {}}.wants(placed()));
  CHECK_FALSE(event_filter{{"OrderPlaced"}, {"Invoice"}, {}}.wants(placed()));
}

TEST_CASE("event filter: a tenant is another one than none") {
  const event_filter acme{{}, {}, "acme"};
  CHECK(acme.wants(placed("acme")));
  CHECK_FALSE(acme.wants(placed("other")));
  CHECK_FALSE(acme.wants(placed()));
  CHECK(event_filter{}.wants(placed("acme")));
}
