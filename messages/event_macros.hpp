#pragma once

#include <waymark/messages/event.hpp>
#include <waymark/messages/json_field.hpp>

/// Macros that say how a type travels as JSON. Each stands behind its type, in the type's own
/// namespace (the enclosing one for a nested type), before the type is first used as an event or a
/// field, and ends with a semicolon. They take zero or more fields, up to 250.
///
/// A field travels under its own name, as
///   - a number: integers and floating point, checked against the range of the type when read;
///   - `true` or `false`: bool;
///   - a string: std::string (UTF-8), waymark::uuid, std::chrono::sys_time (RFC 3339, to the
///     microsecond), an enum described by WAYMARK_ENUM;
///   - a number: any other enum (its value), std::chrono::duration (its count, in its own unit);
///   - an array: std::vector, array, list, deque, set, and std::pair (two elements);
///   - an object: structs described by WAYMARK_STRUCT or WAYMARK_EVENT, maps from std::string;
///   - nothing, null or the value: std::optional (an empty field is left out);
///   - itself: nlohmann::json, and any type with nlohmann's own `to_json` and `from_json`.
///
/// Reading ignores members that no field asks for; a field that is missing or does not fit is a
/// decode_error that names it. What JSON can't hold (NaN, infinity, a string that is not UTF-8) is
/// a usage_error when written. Types need a default constructor, and public fields.

/// Registers a type as an event: its name in the log and the aggregate type of its streams.
///   struct order_placed { std::string day; std::int64_t cents; };
///   WAYMARK_EVENT(order_placed, "OrderPlaced", "Order", day, cents);
#define WAYMARK_EVENT(type, event_name, aggregate_name, ...)                                       \
  WAYMARK_EVENT_V(type, 1, event_name, aggregate_name __VA_OPT__(, ) __VA_ARGS__)

/// The same with a schema version of at least 1. Raise it when fields change their meaning, and
/// register an upcaster (upcasters.hpp) from each older version.
#define WAYMARK_EVENT_V(type, schema_version_, event_name, aggregate_name, ...)                    \
  WAYMARK_STRUCT(type __VA_OPT__(, ) __VA_ARGS__);                                                 \
  [[maybe_unused]] inline const ::waymark::event_codec& waymark_event_codec(                       \
      ::waymark::event_tag<type>) {                                                                \
    static_assert((schema_version_) >= 1, "waymark: schema versions count from 1");                \
    static_assert(sizeof(event_name) > 1 && sizeof(aggregate_name) > 1,                            \
                  "waymark: an event needs a name and an aggregate type");                         \
    static const ::waymark::event_codec codec_ =                                                   \
        ::waymark::detail::make_codec<type>(event_name, aggregate_name, schema_version_);          \
    return codec_;                                                                                 \
  }                                                                                                \
  static_assert(true)

/// Describes a struct that occurs inside events.
#define WAYMARK_STRUCT(type, ...)                                                                  \
  template <class Visit_>                                                                          \
  constexpr void waymark_fields(::waymark::event_tag<type>, [[maybe_unused]] Visit_&& visit_) {    \
    WAYMARK_EACH_(WAYMARK_FIELD_, type __VA_OPT__(, ) __VA_ARGS__)                                 \
  }                                                                                                \
  static_assert(true)

/// Describes an enum whose values travel by their names.
#define WAYMARK_ENUM(type, ...)                                                                    \
  template <class Visit_>                                                                          \
  constexpr void waymark_enumerators(::waymark::event_tag<type>,                                   \
                                     [[maybe_unused]] Visit_&& visit_) {                           \
    WAYMARK_EACH_(WAYMARK_VALUE_, type __VA_OPT__(, ) __VA_ARGS__)                                 \
  }                                                                                                \
  static_assert(true)

#define WAYMARK_FIELD_(type, name) visit_(#name, &type::name);
#define WAYMARK_VALUE_(type, name) visit_(#name, type::name);

// WAYMARK_EACH_(macro, type, a, b ...) is macro(type, a) macro(type, b) ...
// Each of the four levels scans its text four times, which is room for 256 elements.
#define WAYMARK_EACH_(macro, type, ...)                                                            \
  __VA_OPT__(WAYMARK_SCAN_1_(WAYMARK_STEP_(macro, type, __VA_ARGS__)))
#define WAYMARK_STEP_(macro, type, first, ...)                                                     \
  macro(type, first) __VA_OPT__(WAYMARK_AGAIN_ WAYMARK_PARENS_(macro, type, __VA_ARGS__))
#define WAYMARK_AGAIN_() WAYMARK_STEP_
#define WAYMARK_PARENS_ ()
#define WAYMARK_SCAN_1_(...)                                                                       \
  WAYMARK_SCAN_2_(WAYMARK_SCAN_2_(WAYMARK_SCAN_2_(WAYMARK_SCAN_2_(__VA_ARGS__))))
#define WAYMARK_SCAN_2_(...)                                                                       \
  WAYMARK_SCAN_3_(WAYMARK_SCAN_3_(WAYMARK_SCAN_3_(WAYMARK_SCAN_3_(__VA_ARGS__))))
#define WAYMARK_SCAN_3_(...)                                                                       \
  WAYMARK_SCAN_4_(WAYMARK_SCAN_4_(WAYMARK_SCAN_4_(WAYMARK_SCAN_4_(__VA_ARGS__))))
#define WAYMARK_SCAN_4_(...) __VA_ARGS__

namespace waymark::detail {

template <class T>
std::string encode_struct(const void* object) {
  nlohmann::json data;
  write_struct(data, *static_cast<const T*>(object), json_path{});
  return dump_event(data);
}

template <class T>
std::shared_ptr<const void> decode_struct(const nlohmann::json& data) {
  auto object = std::make_shared<T>();
  read_struct(data, *object, json_path{});
  return object;
}

template <class T>
event_codec make_codec(const char* event_type, const char* aggregate_type, int schema_version) {
  return {event_type,       aggregate_type,   schema_version,
          encode_struct<T>, decode_struct<T>, sizeof(T)};
}

} // namespace waymark::detail
