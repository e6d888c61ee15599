#include <waymark/messages/payload.hpp>

#include <waymark/messages/error.hpp>
#include <waymark/messages/event.hpp>
#include <waymark/messages/upcasters.hpp>

#include "messages/json_text.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <mutex>

namespace waymark {

namespace {

using status = decoded_payload::status;

decoded_payload refused(status why, const event& context, const std::string& problem) {
  return {why, nullptr, context.event_type + ": " + problem};
}

/// Reads, lifts and decodes; throws whatever stands in the way.
std::shared_ptr<const void> make_object(const std::string& text, const event_codec& codec,
                                        const event& context) {
  const bool any_type = &codec == &json_codec();
  const std::string& type = any_type ? context.event_type : codec.event_type;
  const int known = any_type ? upcasters::latest(type) : codec.schema_version;
  auto data = parse_json(text);
  if (context.schema_version < known)
    data = upcasters::lift(type, std::move(data), context.schema_version, known);
  if (any_type)
    return std::make_shared<const nlohmann::json>(std::move(data));
  return codec.decode(data);
}

} // namespace

/// All copies of a payload share one of these. Text and answers are added under the mutex, never
/// changed or taken away; who finds them present needs no lock.
struct payload::cell {
  struct answer {
    const event_codec* codec;
    int schema_version;
    std::string event_type; ///< Lifting for json_codec() depends on it; otherwise empty.
    decoded_payload value;
    answer* next;
  };

  cell() : has_text{true} {}
  explicit cell(std::string json) : has_text{true}, text{std::move(json)} {}
  cell(const event_codec& codec, std::shared_ptr<const void> of)
      : origin{&codec}, object{status::ok, std::move(of), {}} {}
  cell(const cell&) = delete;
  cell& operator=(const cell&) = delete;

  ~cell() {
    for (auto* a = answers.load(); a != nullptr;)
      delete std::exchange(a, a->next);
  }

  [[nodiscard]] const decoded_payload* find(const event_codec& codec, const event& context) const {
    for (const auto* a = answers.load(std::memory_order_acquire); a != nullptr; a = a->next)
      if (a->codec == &codec && a->schema_version == context.schema_version &&
          (&codec != &json_codec() || a->event_type == context.event_type))
        return &a->value;
    return nullptr;
  }

  /// With the mutex held.
  const decoded_payload& add(const event_codec& codec, const event& context,
                             decoded_payload value) {
    const bool any_type = &codec == &json_codec();
    auto* a = new answer{&codec, context.schema_version, any_type ? context.event_type : "",
                         std::move(value), answers.load(std::memory_order_relaxed)};
    answers.store(a, std::memory_order_release);
    return a->value;
  }

  /// With the mutex held.
  const std::string& make_text() {
    if (!has_text.load(std::memory_order_relaxed)) {
      text = origin->encode(object.object.get());
      has_text.store(true, std::memory_order_release);
    }
    return text;
  }

  decoded_payload decode(const event_codec& codec, const event& context) {
    if (&codec != &json_codec() && context.schema_version > codec.schema_version)
      return refused(status::newer_than_code, context,
                     "schema version " + std::to_string(context.schema_version) +
                         " is newer than this program, which knows version " +
                         std::to_string(codec.schema_version) + "; update the program");
    try {
      return {status::ok, make_object(make_text(), codec, context), {}};
    } catch (const projection_error& e) {
      return refused(status::no_upcaster, context, e.what());
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& e) {
      return refused(status::undecodable, context, e.what());
    } catch (...) {
      return refused(status::undecodable, context,
                     "an upcaster threw something that is not a std::exception");
    }
  }

  const event_codec* const origin = nullptr; ///< Null if made from text.
  const decoded_payload object;
  std::atomic<bool> has_text{false};
  std::string text{"{}"};
  std::atomic<answer*> answers{nullptr};
  std::mutex mutex;
};

payload::payload(const event_codec& codec, std::shared_ptr<const void> object)
    : cell_{std::make_shared<cell>(codec, std::move(object))} {
}

payload payload::from_json(std::string text) {
  return payload{std::make_shared<cell>(std::move(text))};
}

payload::cell& payload::self() const noexcept {
  static auto& empty_object = *new cell; // Never destroyed: it may be asked while the program ends.
  return cell_ ? *cell_ : empty_object;
}

const std::string& payload::text() const {
  auto& data = self();
  if (data.has_text.load(std::memory_order_acquire))
    return data.text;
  const std::lock_guard lock{data.mutex};
  return data.make_text();
}

std::size_t payload::size_bytes() const noexcept {
  const auto& data = self();
  return data.has_text.load(std::memory_order_acquire) ? data.text.size() : data.origin->size_bytes;
}

bool payload::holds_object() const noexcept {
  return self().origin != nullptr;
}

const decoded_payload& payload::decode(const event_codec& codec, const event& context) const {
  auto& data = self();
  if (data.origin == &codec)
    return data.object;
  if (const auto* known = data.find(codec, context))
    return *known;
  const std::lock_guard lock{data.mutex};
  if (const auto* known = data.find(codec, context))
    return *known;
  return data.add(codec, context, data.decode(codec, context));
}

} // namespace waymark
