#pragma once

#include "node/configuration/document.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::node {

/// A value of a configuration and its place, from which it is read with the words for what was
/// expected. What is wrong goes to the document's mistakes and reads as nothing, so that all of
/// them are found in one pass.
class field {
 public:
  field(document& in, const ordered_json& value, std::string path)
      : in_{&in}, value_{&value}, path_{std::move(path)} {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const ordered_json& value() const noexcept { return *value_; }

  /// Notes that here `wanted` was expected, and what there is.
  void expected(std::string_view wanted) const;
  /// Notes any other mistake.
  void wrong(std::string what) const;

  /// Whether this is an object; notes members that are none of `known`.
  bool object(std::initializer_list<std::string_view> known) const;
  /// Whether this is an object, with members of any name.
  bool object() const;
  /// A member of an object; nothing if it is not there.
  [[nodiscard]] std::optional<field> member(std::string_view name) const;
  /// A member that has to be there.
  [[nodiscard]] std::optional<field> required(std::string_view name,
                                              std::string_view wanted) const;
  /// Members with their names, in the order of the file.
  [[nodiscard]] std::vector<std::pair<std::string, field>> members() const;
  /// The elements of an array; notes it if this is none.
  [[nodiscard]] std::vector<field> elements(std::string_view wanted) const;

  std::optional<std::string> text(std::string_view wanted) const;
  std::optional<std::int64_t> whole(std::int64_t min, std::int64_t max) const;
  std::optional<double> number(double min, double max) const;
  std::optional<std::chrono::milliseconds> duration(std::chrono::milliseconds min) const;

  /// One of the named values.
  template <class T>
  std::optional<T> one_of(std::initializer_list<std::pair<const char*, T>> values) const {
    std::string wanted;
    for (const auto& [name, value] : values) {
      if (value_->is_string() && value_->get_ref<const std::string&>() == name)
        return value;
      wanted += (wanted.empty() ? "one of \"" : ", \"") + std::string{name} + "\"";
    }
    expected(wanted);
    return std::nullopt;
  }

  // Into what has its default already; a member that is missing changes nothing.
  template <class Int>
  void read_whole(std::string_view name, Int& into, std::int64_t min,
                  std::int64_t max = std::numeric_limits<int>::max()) const {
    if (const auto found = member(name))
      if (const auto v = found->whole(min, max))
        into = static_cast<Int>(*v);
  }
  void read_duration(std::string_view name, std::chrono::milliseconds& into,
                     std::chrono::milliseconds min) const;
  void read_flag(std::string_view name, bool& into) const;
  void read_number(std::string_view name, double& into, double min, double max) const;
  void read_text(std::string_view name, std::string& into, std::string_view wanted) const;
  template <class T>
  void read_one_of(std::string_view name, T& into,
                   std::initializer_list<std::pair<const char*, T>> values) const {
    if (const auto found = member(name))
      if (const auto v = found->one_of<T>(values))
        into = *v;
  }

 private:
  document* in_;
  const ordered_json* value_;
  std::string path_;
};

} // namespace waymark::node
