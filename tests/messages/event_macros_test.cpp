#include <waymark/messages/event_macros.hpp>

#include <waymark/messages/error.hpp>

#include "tests/catch.hpp"

#include <deque>
#include <limits>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

using namespace std::chrono_literals;
using namespace waymark;
using namespace Catch::Matchers;
using nlohmann::json;
using status = decoded_payload::status;

namespace bank {
/// Brings its own way to JSON.
struct money {
  std::int64_t cents = 0;
  friend bool operator==(const money&, const money&) = default;
};
void to_json(json& out, const money& from) {
  out = std::to_string(from.cents) + " ct";
}
void from_json(const json& in, money& into) {
  into.cents = std::stoll(in.get_ref<const std::string&>());
}
} // namespace bank

namespace shop {

/// The time type that C++ programs have at hand, in nanoseconds where this is tested.
struct subscribed {
  std::chrono::sys_time<std::chrono::nanoseconds> until{};
};
WAYMARK_EVENT(subscribed, "Subscribed", "Customer", until);

struct leased {
  std::chrono::sys_time<std::chrono::duration<std::int32_t>> until{}; ///< Ends in 2038.
};
WAYMARK_EVENT(leased, "Leased", "Customer", until);

enum class color { red, green };
WAYMARK_ENUM(color, red, green);

enum class size : std::uint8_t { small = 1, large = 2 };

struct line {
  std::string article;
  std::optional<int> count;
  std::vector<line> parts;
  friend bool operator==(const line&, const line&) = default;
};
WAYMARK_STRUCT(line, article, count, parts);

struct order_placed {
  struct address {
    std::string city;
    friend bool operator==(const address&, const address&) = default;
  };
  bool gift = false;
  std::int8_t tiny = 0;
  std::uint64_t huge = 0;
  float ratio = 0;
  double exact = 0;
  std::string text;
  std::optional<std::string> note;
  color paint{};
  size fit = size::small;
  timestamp at{};
  std::chrono::sys_seconds shipped{};
  std::chrono::sys_days day{};
  std::chrono::milliseconds took{};
  uuid customer;
  std::vector<line> lines;
  std::vector<bool> flags;
  std::list<int> list;
  std::deque<int> deque;
  std::array<int, 3> fixed{};
  std::set<std::string> tags;
  std::map<std::string, int> counts;
  std::unordered_map<std::string, line> by_name;
  std::pair<std::string, int> both;
  address to;
  json anything;
  bank::money total;
  std::vector<std::optional<int>> gaps;
  friend bool operator==(const order_placed&, const order_placed&) = default;
};
WAYMARK_STRUCT(order_placed::address, city);
WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", gift, tiny, huge, ratio, exact, text, note,
              paint, fit, at, shipped, day, took, customer, lines, flags, list, deque, fixed, tags,
              counts, by_name, both, to, anything, total, gaps);

struct shop_closed {};
WAYMARK_EVENT(shop_closed, "ShopClosed", "Shop");

struct paid {
  std::string day;
  std::int64_t cents = 0;
};
WAYMARK_EVENT_V(paid, 2, "Paid", "Order", day, cents);

struct wide {
  int a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7;
  int c0, c1, c2, c3, c4, c5, c6, c7, d0, d1, d2, d3, d4, d5, d6, d7;
  int e0, e1, e2, e3, e4, e5, e6, e7, f0, f1, f2, f3, f4, f5, f6, f7;
  int g0, g1, g2, g3, g4, g5, g6, g7, h0, h1, h2, h3, h4, h5, h6, h7;
};
WAYMARK_EVENT(wide, "Wide", "Shop", a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7,
              c0, c1, c2, c3, c4, c5, c6, c7, d0, d1, d2, d3, d4, d5, d6, d7, e0, e1, e2, e3, e4,
              e5, e6, e7, f0, f1, f2, f3, f4, f5, f6, f7, g0, g1, g2, g3, g4, g5, g6, g7, h0, h1,
              h2, h3, h4, h5, h6, h7);

struct unregistered {};

} // namespace shop

namespace {

struct hidden {
  int x = 0;
};
WAYMARK_EVENT(hidden, "Hidden", "Test", x);

template <class T>
T read(const json& data) {
  return *static_cast<const T*>(codec_for<T>().decode(data).get());
}

template <class T>
json write(const T& object) {
  return json::parse(codec_for<T>().encode(&object));
}

shop::order_placed full_order() {
  shop::order_placed order;
  order.gift = true;
  order.tiny = -128;
  order.huge = std::numeric_limits<std::uint64_t>::max();
  order.ratio = 0.1F;
  order.exact = 0.1;
  order.text = "caf\u00e9 \"\\\n" + std::string(1, '\0');
  order.note = "x";
  order.paint = shop::color::green;
  order.fit = shop::size::large;
  order.at = *parse_timestamp("2026-11-21T09:30:00.000001Z");
  order.shipped = std::chrono::sys_seconds{1'000'000'000s};
  order.day = std::chrono::sys_days{std::chrono::days{20'000}};
  order.took = 1500ms;
  order.customer = uuid::v7();
  order.lines = {{"tea", 2, {{"leaf", std::nullopt, {}}}}, {"pot", std::nullopt, {}}};
  order.flags = {true, false};
  order.list = {1, 2};
  order.deque = {3};
  order.fixed = {1, 2, 3};
  order.tags = {"a", "b"};
  order.counts = {{"a", 1}};
  order.by_name = {{"pot", {"pot", 1, {}}}};
  order.both = {"left", 7};
  order.to.city = "Paris";
  order.anything = {{"free", {1, nullptr}}};
  order.total.cents = 1250;
  order.gaps = {1, std::nullopt};
  return order;
}

/// The order as JSON, with one field set to something else.
json order_with(const char* field, json value) {
  auto data = write(full_order());
  data[field] = std::move(value);
  return data;
}

std::string problem_with(const char* field, json value) {
  try {
    read<shop::order_placed>(order_with(field, std::move(value)));
  } catch (const decode_error& e) {
    return e.what();
  }
  return "";
}

} // namespace

TEST_CASE("event macros: the codec knows names and version") {
  const auto& codec = codec_for<shop::paid>();
  CHECK(codec.event_type == "Paid");
  CHECK(codec.aggregate_type == "Order");
  CHECK(codec.schema_version == 2);
  CHECK(codec.size_bytes == sizeof(shop::paid));
  CHECK(&codec == &codec_for<shop::paid>());
  const auto e = typed_event(shop::paid{"2026-11-21", 5});
  CHECK(e.event_type == "Paid");
  CHECK(e.schema_version == 2);
  CHECK(e.data.text() == R"({"cents":5,"day":"2026-11-21"})");
}

TEST_CASE("event macros: only registered types are events") {
  STATIC_REQUIRE(registered_event<shop::paid>);
  STATIC_REQUIRE(registered_event<hidden>);
  STATIC_REQUIRE_FALSE(registered_event<shop::line>);
  STATIC_REQUIRE_FALSE(registered_event<shop::unregistered>);
  STATIC_REQUIRE_FALSE(registered_event<int>);
}

TEST_CASE("event macros: every kind of field comes back as it was") {
  const auto order = full_order();
  CHECK(read<shop::order_placed>(write(order)) == order);
  const shop::order_placed empty;
  CHECK(read<shop::order_placed>(write(empty)) == empty);
}

TEST_CASE("event macros: kinds of fields travel as documented") {
  const auto order = full_order();
  const auto data = write(order);
  CHECK(data["huge"] == 18446744073709551615u);
  CHECK(data["paint"] == "green");
  CHECK(data["fit"] == 2);
  CHECK(data["at"] == "2026-11-21T09:30:00.000001Z");
  CHECK(data["day"] == "2024-10-04T00:00:00.000000Z");
  CHECK(data["took"] == 1500);
  CHECK(data["customer"] == order.customer.to_string());
  CHECK(data["both"] == json::array({"left", 7}));
  CHECK(data["total"] == "1250 ct");
  CHECK(data["gaps"] == json::array({1, nullptr}));
  CHECK_FALSE(data["lines"][1].contains("count"));
}

TEST_CASE("event macros: no fields, and many") {
  CHECK(write(shop::shop_closed{}) == json::object());
  CHECK_NOTHROW(read<shop::shop_closed>({{"unknown", 1}}));
  shop::wide many{};
  many.h7 = 64;
  CHECK(write(many).size() == 64);
  CHECK(read<shop::wide>(write(many)).h7 == 64);
}

TEST_CASE("event macros: missing and null are an empty optional, and unknown members are ignored") {
  auto data = order_with("note", nullptr);
  data["unknown"] = {1, 2, 3};
  CHECK_FALSE(read<shop::order_placed>(data).note);
  data.erase("note");
  CHECK_FALSE(read<shop::order_placed>(data).note);
}

TEST_CASE("event macros: a missing field is named") {
  CHECK_THROWS_WITH(read<shop::paid>({{"cents", 1}}), "field day is missing");
  CHECK_THROWS_WITH(read<shop::paid>(json::array()), "the data: an array is not an object");
  CHECK(problem_with("lines", {{{"article", "a"}, {"parts", {{{"article", "b"}}}}}}) ==
        "field lines[0].parts[0].parts is missing");
}

TEST_CASE("event macros: numbers are never cut to fit") {
  const auto problem = [](json cents) {
    try {
      read<shop::paid>({{"day", ""}, {"cents", std::move(cents)}});
      return std::string{};
    } catch (const decode_error& e) {
      return std::string{e.what()};
    }
  };
  CHECK(problem(std::numeric_limits<std::int64_t>::min()).empty());
  CHECK(problem(std::numeric_limits<std::int64_t>::max()).empty());
  CHECK(problem(1.0).empty());
  CHECK(problem(1e15).empty());
  CHECK(problem(1e300) == "field cents: 1e300 is not a 64-bit integer");
  CHECK(problem(1.5) == "field cents: 1.5 is not a 64-bit integer");
  CHECK(problem(9223372036854775808u) ==
        "field cents: 9223372036854775808 is not a 64-bit integer");
  CHECK_FALSE(problem(9223372036854775807.0).empty());
  CHECK_FALSE(problem(json::parse("123456789012345678901234567890")).empty());
  CHECK(problem("7") == "field cents: \"7\" is not a 64-bit integer");
  CHECK(problem(nullptr) == "field cents: null is not a 64-bit integer");
  CHECK(problem(true) == "field cents: true is not a 64-bit integer");
}

TEST_CASE("event macros: numbers are checked against their own type") {
  CHECK(problem_with("tiny", 127).empty());
  CHECK(problem_with("tiny", 128) == "field tiny: 128 is not an 8-bit integer");
  CHECK(problem_with("tiny", -129) == "field tiny: -129 is not an 8-bit integer");
  CHECK(problem_with("huge", -1) == "field huge: -1 is not an unsigned 64-bit integer");
  CHECK(problem_with("huge", 1.8446744073709552e19) ==
        "field huge: 1.8446744073709552e19 is not an unsigned 64-bit integer");
  CHECK(problem_with("ratio", 1e300) == "field ratio: 1e300 is not a 32-bit number");
  CHECK(problem_with("ratio", 3).empty());
  CHECK(problem_with("fit", 256) == "field fit: 256 is not an unsigned 8-bit integer");
  CHECK(problem_with("took", 0.5) == "field took: 0.5 is not a 64-bit integer");
}

TEST_CASE("event macros: other misfits are named too") {
  CHECK(problem_with("gift", 1) == "field gift: 1 is not true or false");
  CHECK(problem_with("text", 1) == "field text: 1 is not a string");
  CHECK(problem_with("note", 1) == "field note: 1 is not a string");
  CHECK(problem_with("paint", "blue") == "field paint: \"blue\" is not one of red, green");
  CHECK(problem_with("paint", 0) == "field paint: 0 is not one of red, green");
  CHECK(problem_with("at", "today") == "field at: \"today\" is not a time as RFC 3339 writes it");
  CHECK(problem_with("at", 5) == "field at: 5 is not a time as RFC 3339 writes it");
  CHECK_THAT(problem_with("day", "2026-11-21T01:00:00Z"), ContainsSubstring("whole units"));
  CHECK(problem_with("customer", "me") == "field customer: \"me\" is not a UUID");
  CHECK(problem_with("lines", 1) == "field lines: 1 is not an array");
  CHECK(problem_with("flags", {true, 1}) == "field flags[1]: 1 is not true or false");
  CHECK(problem_with("fixed", {1, 2}) == "field fixed: an array is not an array of 3 elements");
  CHECK(problem_with("both", {"a"}) == "field both: an array is not an array of 2 elements");
  CHECK(problem_with("counts", json::array()) == "field counts: an array is not an object");
  CHECK(problem_with("counts", {{"a", "b"}}) == "field counts.a: \"b\" is not a 32-bit integer");
  CHECK(problem_with("to", nullptr) == "field to: null is not an object");
  CHECK_THAT(problem_with("total", 5), StartsWith("field total: "));
  CHECK_THAT(problem_with("text", std::string(500, 'x')) +
                 problem_with("at", std::string(500, 'x')),
             ContainsSubstring("..."));
}

TEST_CASE("event macros: what JSON can't hold is refused when written") {
  auto order = full_order();
  const auto problem = [&] {
    try {
      (void)write(order);
      return std::string{};
    } catch (const usage_error& e) {
      return std::string{e.what()};
    }
  };
  CHECK(problem().empty());
  order.exact = std::numeric_limits<double>::quiet_NaN();
  CHECK(problem() == "field exact: NaN can't be written as JSON");
  order = full_order();
  order.ratio = std::numeric_limits<float>::infinity();
  CHECK(problem() == "field ratio: infinity can't be written as JSON");
  order = full_order();
  order.lines[1].article = "\xff";
  CHECK(problem() == "field lines[1].article: \"?\" is not UTF-8");
  order = full_order();
  order.counts = {{"\xff", 1}};
  CHECK(problem() == "field counts.?: \"?\" is not UTF-8");
  order = full_order();
  order.paint = static_cast<shop::color>(7);
  CHECK(problem() == "field paint: 7 is not one of the values given to WAYMARK_ENUM");
  order = full_order();
  order.at = timestamp::max();
  CHECK(problem() == "field at: is outside the years 0000 to 9999");
  order = full_order();
  order.day = std::chrono::sys_days::max();
  CHECK(problem() == "field day: is outside the years 0000 to 9999");
  order = full_order();
  order.anything = "\xff";
  CHECK_FALSE(problem().empty());
}

TEST_CASE("event macros: an object nested without end is refused, not crashed on") {
  shop::order_placed order;
  order.lines.resize(1);
  auto* inner = &order.lines.front();
  for (int i = 0; i < 1000; ++i)
    inner = &inner->parts.emplace_back();
  CHECK_THROWS_WITH(write(order), ContainsSubstring("nested deeper than 200 levels"));
}

TEST_CASE("event macros: a time beyond what its field can hold is refused, not another date") {
  const auto until = [](const char* when) { return json{{"until", when}}; };
  const auto refusal = [] {
    return EndsWith("is not a time in the range of the field");
  };
  for (const char* when : {"9999-12-31T23:59:59Z", "2262-04-11T23:47:16.854776Z",
                           "1677-09-21T00:12:43.145224Z", "0000-01-01T00:00:00Z"}) {
    CAPTURE(when);
    CHECK_THROWS_AS(read<shop::subscribed>(until(when)), decode_error);
    CHECK_THROWS_WITH(read<shop::subscribed>(until(when)), refusal());
  }
  for (const char* when : {"2262-04-11T23:47:16.854775Z", "1677-09-21T00:12:43.145225Z"}) {
    CAPTURE(when);
    CHECK(write(read<shop::subscribed>(until(when))) == until(when));
  }
  CHECK_THROWS_WITH(read<shop::leased>(until("2038-01-19T03:14:08Z")), refusal());
  CHECK(read<shop::leased>(until("2038-01-19T03:14:07Z")).until.time_since_epoch().count() ==
        std::numeric_limits<std::int32_t>::max());
}
