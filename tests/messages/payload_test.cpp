#include <waymark/messages/payload.hpp>

#include <waymark/messages/append.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/messages/event_macros.hpp>

#include "tests/catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace waymark;
using namespace Catch::Matchers;
using nlohmann::json;
using status = decoded_payload::status;

namespace payload_test {

std::atomic<int> reads{0};
std::atomic<int> writes{0};

/// Counts how often it goes through JSON.
struct counted {
  int value = 0;
};
void to_json(json& out, const counted& from) {
  ++writes;
  out = from.value;
}
void from_json(const json& in, counted& into) {
  ++reads;
  in.get_to(into.value);
}

struct measured {
  counted reading;
};
WAYMARK_EVENT(measured, "Measured", "Sensor", reading);

struct measured_elsewhere {
  std::int64_t reading = 0;
};
WAYMARK_EVENT(measured_elsewhere, "Measured", "Sensor", reading);

struct labelled {
  std::string label;
};
WAYMARK_EVENT(labelled, "Labelled", "Sensor", label);

} // namespace payload_test

namespace {

using payload_test::labelled;
using payload_test::measured;
using payload_test::measured_elsewhere;

event context() {
  event e;
  e.event_type = "Measured";
  return e;
}

template <class T>
const T* object_in(const payload& data, const event& e = context()) {
  return static_cast<const T*>(data.decode(codec_for<T>(), e).object.get());
}

struct fresh_counts {
  fresh_counts() {
    payload_test::reads = 0;
    payload_test::writes = 0;
  }
};

} // namespace

TEST_CASE("payload: is the empty object from the start, and when moved from") {
  payload data;
  CHECK(data.text() == "{}");
  CHECK(data.size_bytes() == 2);
  CHECK_FALSE(data.holds_object());
  data = payload::from_json("[1]");
  const auto taken = std::move(data);
  CHECK(taken.text() == "[1]");
  CHECK(payload{data}.text() == "{}"); // NOLINT(bugprone-use-after-move)
  CHECK(payload{}.decode(json_codec(), context()).state == status::ok);
}

TEST_CASE_METHOD(fresh_counts,
                 "payload: text is decoded at most once, for many readers and threads") {
  const auto data = payload::from_json(R"({"reading":7})");
  std::atomic<bool> go{false};
  std::vector<const measured*> seen(8);
  std::vector<std::thread> threads;
  for (auto& mine : seen)
    threads.emplace_back([&go, &mine, copy = data] {
      while (!go)
        std::this_thread::yield();
      for (int i = 0; i < 1000; ++i)
        mine = object_in<measured>(copy);
    });
  go = true;
  for (auto& thread : threads)
    thread.join();
  CHECK(payload_test::reads == 1);
  for (const auto* mine : seen) {
    CHECK(mine == seen.front());
    CHECK(mine->reading.value == 7);
  }
}

TEST_CASE_METHOD(fresh_counts, "payload: a failure is remembered like an answer") {
  const auto data = payload::from_json(R"({"reading":"high"})");
  for (int i = 0; i < 3; ++i)
    CHECK(data.decode(codec_for<measured>(), context()).state == status::undecodable);
  CHECK(payload_test::reads == 1);
  CHECK_THAT(data.decode(codec_for<measured>(), context()).problem,
             ContainsSubstring("Measured: field reading: "));
}

TEST_CASE_METHOD(fresh_counts, "payload: an object is handed out without touching JSON") {
  const auto data = payload::of(measured{{42}});
  CHECK(data.holds_object());
  CHECK(object_in<measured>(data)->reading.value == 42);
  CHECK(data.size_bytes() == sizeof(measured));
  CHECK(payload_test::writes == 0);
  CHECK(payload_test::reads == 0);
}

TEST_CASE_METHOD(fresh_counts, "payload: an object becomes text once, for other codecs too") {
  const auto data = payload::of(measured{{42}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([copy = data] {
      (void)copy.text();
      (void)object_in<measured_elsewhere>(copy);
      (void)copy.decode(json_codec(), context());
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(payload_test::writes == 1);
  CHECK(payload_test::reads == 0);
  CHECK(data.text() == R"({"reading":42})");
  CHECK(data.size_bytes() == data.text().size());
  CHECK(object_in<measured_elsewhere>(data)->reading == 42);
  const auto& as_json = data.decode(json_codec(), context());
  CHECK(*static_cast<const json*>(as_json.object.get()) == json{{"reading", 42}});
}

TEST_CASE("payload: answers live as long as a copy") {
  auto data = payload::from_json(R"({"reading":7})");
  const auto& answer = data.decode(codec_for<measured_elsewhere>(), context());
  const auto copy = data;
  data = payload{};
  CHECK(static_cast<const measured_elsewhere*>(answer.object.get())->reading == 7);
  CHECK(object_in<measured_elsewhere>(copy) == answer.object.get());
}

TEST_CASE("payload: one version's answer is not another's") {
  const auto data = payload::from_json(R"({"reading":7})");
  auto newer = context();
  newer.schema_version = 2;
  CHECK(data.decode(codec_for<measured_elsewhere>(), newer).state == status::newer_than_code);
  CHECK(data.decode(codec_for<measured_elsewhere>(), context()).state == status::ok);
  CHECK_THAT(data.decode(codec_for<measured_elsewhere>(), newer).problem,
             ContainsSubstring("schema version 2 is newer than this program"));
}

TEST_CASE("payload: bad text is the event's fault, and no crash") {
  const auto text = GENERATE(as<std::string>{}, "", "{", "\xff", "[]", "null",
                             "{\"reading\":1e400}", std::string("{\"reading\":1}\0x", 15),
                             "{\"reading\":" + std::string(1'000'000, '['));
  const auto data = payload::from_json(text);
  const auto& answer = data.decode(codec_for<measured_elsewhere>(), context());
  CHECK(answer.state == status::undecodable);
  CHECK(answer.object == nullptr);
  CHECK_THAT(answer.problem, StartsWith("Measured: "));
}

TEST_CASE("payload: an object that JSON can't hold is refused where it becomes text") {
  const auto data = payload::of(labelled{"caf\xe9"});
  CHECK_THROWS_AS(data.text(), usage_error);
  CHECK_THROWS_WITH(data.text(), "field label: \"caf?\" is not UTF-8");
  CHECK(object_in<labelled>(data)->label == "caf\xe9");
  CHECK(data.decode(json_codec(), context()).state == status::undecodable);
}

TEST_CASE("append: objects are looked at as text, unless a store keeps them as they are") {
  const append_command bad{{"Sensor", "s-1"}, any_version, {typed_event(labelled{"caf\xe9"})}};
  CHECK_THAT(find_mistake(bad).value_or(""),
             ContainsSubstring("field label: \"caf?\" is not UTF-8"));
  append_limits as_they_are;
  as_they_are.encode_objects = false;
  CHECK_FALSE(find_mistake(bad, as_they_are));
  const append_command big{
      {"Sensor", "s-1"}, any_version, {typed_event(labelled{std::string(17u << 20, 'x')})}};
  CHECK_THAT(find_mistake(big).value_or(""), ContainsSubstring("bytes; at most"));
}
