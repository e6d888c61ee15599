#pragma once

#include <waymark/messages/event_codec.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

/// The families of types that json_field.hpp tells apart.
namespace waymark::detail {

using nlohmann::json;

// What the macros have declared about a type.

struct ignore_fields {
  template <class Member>
  void operator()(const char*, Member) const {}
};

template <class T>
concept described_struct = std::is_class_v<T> && requires {
  waymark_fields(event_tag<T>{}, ignore_fields{});
};

template <class T>
concept described_enum = std::is_enum_v<T> && requires {
  waymark_enumerators(event_tag<T>{}, ignore_fields{});
};

// Families of types.

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;

template <class T>
inline constexpr bool is_sys_time = false;
template <class D>
inline constexpr bool is_sys_time<std::chrono::sys_time<D>> = true;

template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = true;

template <class T>
concept text_map = requires(T& map) {
  requires std::same_as<typename T::key_type, std::string>;
  typename T::mapped_type;
  map.emplace(std::string{}, std::declval<typename T::mapped_type>());
};

template <class T>
concept list_like = requires(T& list, typename T::value_type item) {
  list.push_back(std::move(item));
  list.begin();
};

template <class T>
concept set_like = requires(T& set, typename T::key_type item) {
  requires std::same_as<typename T::key_type, typename T::value_type>;
  set.insert(std::move(item));
  set.begin();
};

template <class T>
concept foreign_json = requires(json& data, const json& source, T& value, const T& fixed) {
  nlohmann::adl_serializer<T>::to_json(data, fixed);
  nlohmann::adl_serializer<T>::from_json(source, value);
};

} // namespace waymark::detail
