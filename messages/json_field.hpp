#pragma once

#include <waymark/messages/event_codec.hpp>
#include <waymark/messages/json_kinds.hpp>
#include <waymark/messages/json_path.hpp>
#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// How the members of events become JSON and come back. Users meet this only through the macros of
/// event_macros.hpp, which say what travels how; a type that is not listed there may bring
/// nlohmann's own `to_json` and `from_json`.
namespace waymark::detail {

using nlohmann::json;

template <class T>
inline constexpr bool always_false = false;

template <class T>
void write_value(json& out, const T& value, const json_path& path);
template <class T>
void read_value(const json& in, T& out, const json_path& path);

// Structs.

template <class T>
void write_struct(json& out, const T& value, const json_path& path) {
  path.limit_depth();
  out = json::object();
  auto& members = out.get_ref<json::object_t&>();
  waymark_fields(event_tag<T>{}, [&](const char* name, auto member) {
    const auto& field = value.*member;
    if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>) {
      if (field)
        write_value(members[name], *field, json_path{path, name});
    } else {
      write_value(members[name], field, json_path{path, name});
    }
  });
}

template <class T>
void read_struct(const json& in, T& out, const json_path& path) {
  const auto* members = in.get_ptr<const json::object_t*>();
  if (members == nullptr)
    path.unfit(in, "an object");
  waymark_fields(event_tag<T>{}, [&](const char* name, auto member) {
    auto& field = out.*member;
    const json_path here{path, name};
    const auto found = members->find(name);
    if (found != members->end())
      read_value(found->second, field, here);
    else if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>)
      field.reset();
    else
      here.missing();
  });
}

// Numbers.

/// What is written as a double comes back as one.
template <class T>
constexpr void refuse_long_double() {
  static_assert(!std::is_same_v<T, long double>,
                "waymark: a long double would lose digits in JSON, use a double field");
}

template <class T>
void write_number(json& out, T value, const json_path& path) {
  refuse_long_double<T>();
  if constexpr (std::floating_point<T>) {
    require_finite(static_cast<double>(value), path);
    out = static_cast<double>(value);
  } else if constexpr (std::signed_integral<T>) {
    out = static_cast<std::int64_t>(value);
  } else {
    out = static_cast<std::uint64_t>(value);
  }
}

template <class T>
void read_number(const json& in, T& out, const json_path& path) {
  refuse_long_double<T>();
  constexpr int bits = static_cast<int>(sizeof(T) * 8);
  if constexpr (std::floating_point<T>)
    out = static_cast<T>(
        read_double(in, static_cast<double>(std::numeric_limits<T>::max()), bits, path));
  else if constexpr (std::signed_integral<T>)
    out = static_cast<T>(
        read_signed(in, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), bits, path));
  else
    out = static_cast<T>(read_unsigned(in, std::numeric_limits<T>::max(), bits, path));
}

// Enums.

template <class T>
void write_enum(json& out, T value, const json_path& path) {
  if constexpr (described_enum<T>) {
    const char* name = nullptr;
    waymark_enumerators(event_tag<T>{}, [&](const char* candidate, T enumerator) {
      if (name == nullptr && enumerator == value)
        name = candidate;
    });
    if (name == nullptr)
      path.unnamed_enumerator(static_cast<std::int64_t>(value));
    out = name;
  } else {
    write_number(out, static_cast<std::underlying_type_t<T>>(value), path);
  }
}

template <class T>
void read_enum(const json& in, T& out, const json_path& path) {
  if constexpr (described_enum<T>) {
    const auto* text = in.get_ptr<const std::string*>();
    bool found = false;
    std::string names;
    if (text != nullptr)
      waymark_enumerators(event_tag<T>{}, [&](const char* name, T enumerator) {
        if (!found && *text == name) {
          out = enumerator;
          found = true;
        }
      });
    if (found)
      return;
    waymark_enumerators(event_tag<T>{}, [&](const char* name, T) {
      names += names.empty() ? "one of " : ", ";
      names += name;
    });
    path.unfit(in, names);
  } else {
    std::underlying_type_t<T> number{};
    read_number(in, number, path);
    out = static_cast<T>(number);
  }
}

// Times.

template <class D>
void write_time(json& out, std::chrono::sys_time<D> when, const json_path& path) {
  using wide = std::chrono::duration<long double>;
  const wide since = when.time_since_epoch();
  if (since < wide{earliest_timestamp.time_since_epoch()} ||
      since > wide{latest_timestamp.time_since_epoch()})
    path.unwritable("is outside the years 0000 to 9999");
  const auto exact = std::chrono::floor<timestamp::duration>(when);
  if (exact != when)
    path.unwritable("is finer than a microsecond");
  out = to_string(timestamp{exact});
}

template <class D>
void read_time(const json& in, std::chrono::sys_time<D>& out, const json_path& path) {
  using wide = std::chrono::duration<long double>;
  const auto when = read_timestamp(in, path);
  const wide since = when.time_since_epoch();
  if (since < wide{D::min()} || since > wide{D::max()}) // 1677 to 2262 for nanoseconds
    path.unfit(in, "a time in the range of the field");
  out = std::chrono::floor<D>(when);
  if (out != when)
    path.unfit(in, "a time in whole units of the field");
}

// Lists.

template <class T>
void write_list(json& out, const T& list, const json_path& path) {
  path.limit_depth();
  out = json::array();
  std::size_t i = 0;
  for (const auto& item : list) {
    out.push_back(nullptr);
    write_value(out.back(), static_cast<const typename T::value_type&>(item), json_path{path, i++});
  }
}

template <class T>
void read_list(const json& in, T& out, const json_path& path) {
  const auto& items = array_in(in, path);
  out.clear();
  if constexpr (requires { out.reserve(items.size()); })
    out.reserve(items.size());
  std::size_t i = 0;
  for (const auto& item : items) {
    typename T::value_type value{};
    read_value(item, value, json_path{path, i++});
    if constexpr (list_like<T>)
      out.push_back(std::move(value));
    else
      out.insert(std::move(value));
  }
}

template <class T, std::size_t N>
void read_array(const json& in, std::array<T, N>& out, const json_path& path) {
  const auto& items = array_in(in, path);
  if (items.size() != N)
    path.unfit(in, "an array of " + std::to_string(N) + " elements");
  for (std::size_t i = 0; i < N; ++i)
    read_value(items[i], out[i], json_path{path, i});
}

template <class A, class B>
void write_pair(json& out, const std::pair<A, B>& value, const json_path& path) {
  out = json::array({nullptr, nullptr});
  write_value(out[0], value.first, json_path{path, 0});
  write_value(out[1], value.second, json_path{path, 1});
}

template <class A, class B>
void read_pair(const json& in, std::pair<A, B>& out, const json_path& path) {
  const auto& items = array_in(in, path);
  if (items.size() != 2)
    path.unfit(in, "an array of 2 elements");
  read_value(items[0], out.first, json_path{path, 0});
  read_value(items[1], out.second, json_path{path, 1});
}

// Maps from names to values.

template <class T>
void write_map(json& out, const T& map, const json_path& path) {
  path.limit_depth();
  out = json::object();
  auto& members = out.get_ref<json::object_t&>();
  for (const auto& [name, value] : map) {
    const json_path here{path, name};
    require_utf8(name, here);
    write_value(members[name], value, here);
  }
}

template <class T>
void read_map(const json& in, T& out, const json_path& path) {
  const auto* members = in.get_ptr<const json::object_t*>();
  if (members == nullptr)
    path.unfit(in, "an object");
  out.clear();
  for (const auto& [name, item] : *members) {
    typename T::mapped_type value{};
    read_value(item, value, json_path{path, name});
    out.emplace(name, std::move(value));
  }
}

// The whole choice.

template <class T>
void write_value(json& out, const T& value, const json_path& path) {
  if constexpr (described_struct<T>) {
    write_struct(out, value, path);
  } else if constexpr (std::is_enum_v<T>) {
    write_enum(out, value, path);
  } else if constexpr (std::same_as<T, bool>) {
    out = value;
  } else if constexpr (std::is_arithmetic_v<T>) {
    write_number(out, value, path);
  } else if constexpr (std::same_as<T, std::string>) {
    require_utf8(value, path);
    out = value;
  } else if constexpr (std::same_as<T, json>) {
    out = value;
  } else if constexpr (std::same_as<T, uuid>) {
    out = value.to_string();
  } else if constexpr (is_sys_time<T>) {
    write_time(out, value, path);
  } else if constexpr (is_duration<T>) {
    write_number(out, value.count(), path);
  } else if constexpr (is_optional<T>) {
    if (value)
      write_value(out, *value, path);
    else
      out = nullptr;
  } else if constexpr (is_pair<T>) {
    write_pair(out, value, path);
  } else if constexpr (text_map<T>) {
    write_map(out, value, path);
  } else if constexpr (is_array<T> || list_like<T> || set_like<T>) {
    write_list(out, value, path);
  } else if constexpr (foreign_json<T>) {
    write_foreign(path, [&] { nlohmann::adl_serializer<T>::to_json(out, value); });
  } else {
    static_assert(always_false<T>, "waymark: this field's type can't travel as JSON. Describe a "
                                   "struct with WAYMARK_STRUCT(type, fields...), or give the type "
                                   "nlohmann's to_json and from_json");
  }
}

template <class T>
void read_value(const json& in, T& out, const json_path& path) {
  if constexpr (described_struct<T>) {
    read_struct(in, out, path);
  } else if constexpr (std::is_enum_v<T>) {
    read_enum(in, out, path);
  } else if constexpr (std::same_as<T, bool>) {
    out = read_bool(in, path);
  } else if constexpr (std::is_arithmetic_v<T>) {
    read_number(in, out, path);
  } else if constexpr (std::same_as<T, std::string>) {
    out = text_in(in, path);
  } else if constexpr (std::same_as<T, json>) {
    out = in;
  } else if constexpr (std::same_as<T, uuid>) {
    out = read_uuid(in, path);
  } else if constexpr (is_sys_time<T>) {
    read_time(in, out, path);
  } else if constexpr (is_duration<T>) {
    typename T::rep count{};
    read_number(in, count, path);
    out = T{count};
  } else if constexpr (is_optional<T>) {
    if (in.is_null())
      out.reset();
    else
      read_value(in, out.emplace(), path);
  } else if constexpr (is_pair<T>) {
    read_pair(in, out, path);
  } else if constexpr (text_map<T>) {
    read_map(in, out, path);
  } else if constexpr (is_array<T>) {
    read_array(in, out, path);
  } else if constexpr (list_like<T> || set_like<T>) {
    read_list(in, out, path);
  } else if constexpr (foreign_json<T>) {
    read_foreign(path, [&] { nlohmann::adl_serializer<T>::from_json(in, out); });
  } else {
    static_assert(always_false<T>, "waymark: this field's type can't be read from JSON. Describe a "
                                   "struct with WAYMARK_STRUCT(type, fields...), or give the type "
                                   "nlohmann's to_json and from_json");
  }
}

} // namespace waymark::detail
