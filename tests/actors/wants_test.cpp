#include "tests/catch.hpp"

#include "actors/wants.hpp"

#include <waymark/actors/projection.hpp>

namespace wants_test {

int reads = 0;

/// Counts how often it is decoded.
struct counted {
  int value = 0;
};
void to_json(nlohmann::json& out, const counted& from) { out = from.value; }
void from_json(const nlohmann::json& in, counted& into) {
  ++reads;
  in.get_to(into.value);
}

struct measured {
  counted reading;
};
WAYMARK_EVENT(measured, "Measured", "Sensor", reading);

struct labelled {
  counted label;
};
WAYMARK_EVENT(labelled, "Labelled", "Sensor", label);

} // namespace wants_test

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

TEST_CASE("only what is wanted is decoded, and once for all who want it") {
  using wants_test::labelled;
  using wants_test::measured;
  const auto reader_of = [](const std::string& name) {
    return projection::at_least_once(name).on<measured>([](const measured&) {}).freeze();
  };
  const auto joined = join({reader_of("a"), reader_of("b")});
  std::vector<event> events(3);
  events[0].event_type = "Measured";
  events[0].data = payload::from_json(R"({"reading": 7})");
  events[1].event_type = "Labelled";
  events[1].data = payload::from_json(R"({"label": 8})");
  events[2].event_type = "Unwanted";
  events[2].data = payload::from_json("not JSON, which nobody will notice");

  wants_test::reads = 0;
  decode_wanted(events, *joined);
  CHECK(wants_test::reads == 1);
  decode_wanted(events, *joined);
  const auto& found = events[0].data.decode(codec_for<measured>(), events[0]);
  CHECK(static_cast<const measured*>(found.object.get())->reading.value == 7);
  CHECK(wants_test::reads == 1);
  static_cast<void>(events[1].data.decode(codec_for<labelled>(), events[1]));
  CHECK(wants_test::reads == 2); // it had not been decoded before
}

TEST_CASE("what only a filter keeps away is not decoded") {
  using wants_test::measured;
  const auto joined =
      join({projection::at_least_once("a")
                .on<measured>([](const measured&) {})
                .filter({{}, {}, "t"})
                .freeze()});
  std::vector<event> events(2);
  for (auto& e : events) {
    e.event_type = "Measured";
    e.data = payload::from_json(R"({"reading": 7})");
  }
  events[1].tenant_id = "t";
  wants_test::reads = 0;
  decode_wanted(events, *joined);
  CHECK(wants_test::reads == 1);
}

} // namespace waymark::test
