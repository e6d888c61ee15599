#include <waymark/messages/error.hpp>
#include <waymark/messages/event_macros.hpp>
#include <waymark/messages/upcasters.hpp>

#include "tests/catch.hpp"

#include <thread>
#include <vector>

using namespace waymark;
using namespace Catch::Matchers;
using nlohmann::json;
using status = decoded_payload::status;

namespace upcasters_test {
struct renamed {
  std::string full_name;
  int age = 0;
};
WAYMARK_EVENT_V(renamed, 3, "Renamed", "Person", full_name, age);
} // namespace upcasters_test

namespace {

using upcasters_test::renamed;

/// Versions: 1 has first and last, 2 has full_name, 3 has age too.
struct person_history {
  person_history() {
    upcasters::register_upcaster("Renamed", 1, [](json data) {
      data["full_name"] =
          data.at("first").get<std::string>() + " " + data.at("last").get<std::string>();
      return data;
    });
    upcasters::register_upcaster("Renamed", 2, [](json data) {
      data["age"] = 30;
      return data;
    });
  }
  ~person_history() { upcasters::forget("Renamed"); }
};

const json first_version = {{"first", "Ada"}, {"last", "Lovelace"}};

event context(int version) {
  event e;
  e.event_type = "Renamed";
  e.schema_version = version;
  return e;
}

} // namespace

TEST_CASE("upcasters: lift step by step") {
  const person_history history;
  CHECK(upcasters::latest("Renamed") == 3);
  CHECK(upcasters::latest("Unheard") == 0);
  const auto lifted = upcasters::lift("Renamed", first_version, 1, 3);
  CHECK(lifted["full_name"] == "Ada Lovelace");
  CHECK(lifted["age"] == 30);
  CHECK_FALSE(upcasters::lift("Renamed", first_version, 1, 2).contains("age"));
  CHECK(upcasters::lift("Renamed", first_version, 3, 3) == first_version);
  CHECK(upcasters::lift("Unheard", first_version, 1, 1) == first_version);
}

TEST_CASE("upcasters: a step is registered once, and properly") {
  const person_history history;
  const auto same = [](json data) { return data; };
  CHECK_THROWS_WITH(upcasters::register_upcaster("Renamed", 1, same),
                    ContainsSubstring("Renamed from version 1 to 2 is registered twice"));
  CHECK_THROWS_AS(upcasters::register_upcaster("Renamed", 0, same), usage_error);
  CHECK_THROWS_AS(upcasters::register_upcaster("", 1, same), usage_error);
  CHECK_THROWS_AS(upcasters::register_upcaster("Renamed", 9, {}), usage_error);
}

TEST_CASE("upcasters: a missing step is the projection's fault") {
  upcasters::register_upcaster("Gappy", 2, [](json data) { return data; });
  CHECK_THROWS_AS(upcasters::lift("Gappy", {}, 1, 3), projection_error);
  CHECK_THROWS_WITH(upcasters::lift("Gappy", {}, 1, 3),
                    ContainsSubstring("no upcaster for Gappy from version 1 to 2"));
  CHECK_THROWS_AS(upcasters::lift("Gappy", {}, 3, 2), projection_error);
  upcasters::forget("Gappy");
  CHECK_THROWS_AS(upcasters::lift("Gappy", {}, 2, 3), projection_error);
}

TEST_CASE("upcasters: run before a typed event is decoded") {
  const person_history history;
  const auto data = payload::from_json(first_version.dump());
  const auto& answer = data.decode(codec_for<renamed>(), context(1));
  REQUIRE(answer.state == status::ok);
  const auto& person = *static_cast<const renamed*>(answer.object.get());
  CHECK(person.full_name == "Ada Lovelace");
  CHECK(person.age == 30);
}

TEST_CASE("upcasters: run before a JSON event is handed out, as far as they go") {
  const person_history history;
  const auto data = payload::from_json(first_version.dump());
  const auto& lifted = data.decode(json_codec(), context(2));
  CHECK(*static_cast<const json*>(lifted.object.get()) ==
        upcasters::lift("Renamed", first_version, 2, 3));
  const auto& newer = data.decode(json_codec(), context(7));
  CHECK(*static_cast<const json*>(newer.object.get()) == first_version);
}

TEST_CASE("upcasters: what stands in the way is told apart") {
  const auto data = payload::from_json(first_version.dump());
  CHECK(data.decode(codec_for<renamed>(), context(1)).state == status::no_upcaster);
  CHECK(data.decode(codec_for<renamed>(), context(4)).state == status::newer_than_code);
  const person_history history;
  const auto empty = payload::from_json("{}");
  const auto& answer = empty.decode(codec_for<renamed>(), context(1));
  CHECK(answer.state == status::undecodable);
  CHECK_THAT(answer.problem, ContainsSubstring("the upcaster for Renamed from version 1 to 2"));
}

TEST_CASE("upcasters: may be registered and used by many threads") {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([i] {
      const auto type = "Threaded" + std::to_string(i);
      for (int version = 1; version <= 50; ++version) {
        upcasters::register_upcaster(type, version,
                                     [](json data) { return json(data.get<int>() + 1); });
        if (upcasters::lift(type, 0, 1, version + 1) != version)
          throw std::logic_error{"wrong lift"};
      }
      upcasters::forget(type);
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(upcasters::latest("Threaded0") == 0);
}
