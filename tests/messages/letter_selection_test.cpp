#include <waymark/messages/letter_settlement.hpp>

#include "tests/catch.hpp"

using namespace waymark;

namespace {

const timestamp noon{std::chrono::hours{12}};

settled_letter settled() {
  settled_letter result;
  result.letter_id = 7;
  result.key = {"revenue", 0};
  result.sequence_key = std::string{"Order\0o-1", 9};
  result.event_type = "OrderPlaced";
  result.error = "no such day";
  result.how.at = noon;
  return result;
}

} // namespace

TEST_CASE("a selection matches a settled letter as it does one that is not") {
  const auto matches = [](auto change) {
    letter_selection which;
    change(which);
    return which.matches(settled());
  };
  CHECK(matches([](letter_selection&) {}));
  CHECK(matches([](letter_selection& w) { w.id = 7; }));
  CHECK_FALSE(matches([](letter_selection& w) { w.id = 8; }));
  CHECK(matches([](letter_selection& w) { w.projection = "revenue"; }));
  CHECK_FALSE(matches([](letter_selection& w) { w.projection = "other"; }));
  CHECK(matches([](letter_selection& w) { w.sequence_key = "Order/o-1"; }));
  CHECK_FALSE(matches([](letter_selection& w) { w.sequence_key = "Order/o-2"; }));
  CHECK(matches([](letter_selection& w) { w.error_contains = "such"; }));
  CHECK_FALSE(matches([](letter_selection& w) { w.error_contains = "disk"; }));
  CHECK(matches([](letter_selection& w) { w.event_type = "OrderPlaced"; }));
  CHECK_FALSE(matches([](letter_selection& w) { w.event_type = "OrderPaid"; }));
  CHECK(matches([](letter_selection& w) { w.since = noon; }));
  CHECK_FALSE(matches([](letter_selection& w) { w.until = noon; }));
}

TEST_CASE("a selection is about keys unless it asks what single letters say") {
  letter_selection which;
  which.projection = "revenue";
  which.sequence_key = "Order/o-1";
  CHECK(which.is_about_keys());
  which.error_contains = "such";
  CHECK_FALSE(which.is_about_keys());
}
