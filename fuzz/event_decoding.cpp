#include <waymark/messages/append.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/messages/event_macros.hpp>
#include <waymark/messages/upcasters.hpp>

#include "fuzz/fuzz.hpp"
#include "messages/text.hpp"

#include <map>
#include <set>
#include <vector>

namespace sample {

enum class color { red, green };
WAYMARK_ENUM(color, red, green);

enum class number : std::uint16_t {};

struct part {
  std::string name;
  std::vector<part> parts;
  friend bool operator==(const part&, const part&) = default;
};
WAYMARK_STRUCT(part, name, parts);

/// Every kind of field; each is optional, so that an input may be short and still be decoded.
struct everything {
  std::optional<bool> b;
  std::optional<std::int8_t> i8;
  std::optional<std::uint64_t> u64;
  std::optional<std::int64_t> i64;
  std::optional<float> f;
  std::optional<double> d;
  std::string s;
  std::optional<color> c;
  std::optional<number> n;
  std::optional<waymark::timestamp> t;
  std::optional<std::chrono::sys_days> day;
  std::optional<std::chrono::milliseconds> ms;
  std::optional<waymark::uuid> id;
  std::optional<std::vector<part>> v;
  std::optional<std::array<int, 2>> a;
  std::optional<std::set<std::string>> set;
  std::optional<std::map<std::string, std::pair<int, bool>>> m;
  std::optional<nlohmann::json> j;
  friend bool operator==(const everything&, const everything&) = default;
};
WAYMARK_EVENT_V(everything, 3, "Everything", "Sample", b, i8, u64, i64, f, d, s, c, n, t, day, ms,
                id, v, a, set, m, j);

} // namespace sample

namespace {

using namespace waymark;
using sample::everything;
using status = decoded_payload::status;

void register_upcasters() {
  upcasters::register_upcaster("Everything", 1, [](nlohmann::json data) {
    data["s"] = data.at("text");
    return data;
  });
  upcasters::register_upcaster("Everything", 2, [](nlohmann::json data) {
    data["i64"] = data.value("i64", std::int64_t{0}) / 2;
    return data;
  });
}

event event_of(int version) {
  event e;
  e.event_type = "Everything";
  e.schema_version = version;
  return e;
}

const everything& object_of(const decoded_payload& answer) {
  return *static_cast<const everything*>(answer.object.get());
}

/// What was decoded can be appended, and is decoded to the same again.
void require_round_trip(const everything& object) {
  append_command command{{"Sample", "1"}, any_version, {typed_event(object)}};
  fuzz::require(!find_mistake(command), "what was decoded can be appended");
  auto text = command.events.front().data.text();
  if (fuzz::canary && object.i8.value_or(0) > 9)
    text = "{}";
  const auto again = payload::from_json(text);
  const auto& answer = again.decode(codec_for<everything>(), event_of(3));
  fuzz::require(answer.state == status::ok, "what was written can be decoded");
  fuzz::require(object_of(answer) == object, "what was written is decoded to the same");
}

} // namespace

/// The first byte chooses the schema version, 1 to 4; the rest is the data.
void fuzz::one_input(std::string_view input) {
  [[maybe_unused]] static const bool once = (register_upcasters(), true);
  if (input.empty())
    return;
  const int version = 1 + (input.front() & 3);
  const auto data = payload::from_json(std::string{input.substr(1)});
  const auto& untyped = data.decode(json_codec(), event_of(version));
  const auto& typed = data.decode(codec_for<everything>(), event_of(version));
  for (const auto* answer : {&untyped, &typed}) {
    require((answer->state == status::ok) == (answer->object != nullptr), "ok means an object");
    require(answer->problem.empty() == (answer->state == status::ok), "a refusal has a reason");
    require(is_utf8(answer->problem), "reasons are text");
  }
  require((version == 4) == (typed.state == status::newer_than_code), "version 4 is too new");
  if (typed.state != status::ok)
    return;
  require(untyped.state == status::ok, "what has a type is JSON");
  require_round_trip(object_of(typed));
}
