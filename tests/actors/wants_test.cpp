#include "tests/catch.hpp"

#include "actors/wants.hpp"

#include <waymark/actors/projection.hpp>

namespace waymark::test {

namespace {

spec_ptr interested_in(const std::string& name, std::vector<std::string> types,
                       event_filter filter = {}) {
  auto builder = projection::at_least_once(name);
  for (auto& type : types)
    builder.on(std::move(type), [](const nlohmann::json&) {});
  builder.filter(std::move(filter));
  return std::move(builder).freeze();
}

std::shared_ptr<const wants> join(std::vector<spec_ptr> specs) {
  std::map<std::string, spec_ptr> all;
  for (auto& spec : specs)
    all[spec->name] = spec;
  return join_wants(all);
}

} // namespace

TEST_CASE("wishes are joined to what at least one wants") {
  const auto joined = join({interested_in("a", {"X", "Y"}), interested_in("b", {"Y", "Z"})});
  CHECK(joined->filter.event_types == std::vector<std::string>{"X", "Y", "Z"});
  CHECK(joined->readers.at("Y").size() == 1);
}

TEST_CASE("a condition that not all share is dropped") {
  const auto tenant = [](std::optional<std::string> id) { return event_filter{{}, {}, id}; };
  CHECK(join({interested_in("a", {"X"}, tenant("t")), interested_in("b", {"X"}, tenant("t"))})
            ->filter.tenant_id == "t");
  CHECK_FALSE(join({interested_in("a", {"X"}, tenant("t")), interested_in("b", {"X"})})
                  ->filter.tenant_id.has_value());
  CHECK_FALSE(join({interested_in("a", {"X"}), interested_in("b", {"X"}, tenant("t"))})
                  ->filter.tenant_id.has_value());
  CHECK(join({interested_in("a", {"X"}, {{}, {"Order"}, {}}), interested_in("b", {"X"})})
            ->filter.aggregate_types.empty());
}

TEST_CASE("only what is wanted is decoded") {
  const auto joined = join({interested_in("a", {"X"})});
  std::vector<event> events(2);
  events[0].event_type = "X";
  events[0].data = payload::from_json("{}");
  events[1].event_type = "Unwanted";
  events[1].data = payload::from_json("not JSON, which nobody will notice");
  decode_wanted(events, *joined);
  CHECK(joined->readers.count("Unwanted") == 0);
}

} // namespace waymark::test
