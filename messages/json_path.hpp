#pragma once

#include <waymark/messages/error.hpp>
#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The part of json_field.hpp that is the same for all types.
namespace waymark::detail {

/// Where in an event a value stands: a chain of frames on the stack, turned into text only for an
/// error. Each complaint throws: about a value that was read, decode_error; about one that was to
/// be written, usage_error.
class json_path {
 public:
  json_path() noexcept = default;
  json_path(const json_path& outer, std::string_view name) noexcept
      : outer_{&outer}, name_{name}, depth_{outer.depth_ + 1} {}
  json_path(const json_path& outer, std::size_t index) noexcept
      : outer_{&outer}, index_{index}, is_index_{true}, depth_{outer.depth_ + 1} {}

  /// "field lines[2].cents", or "the data" at the root.
  [[nodiscard]] std::string describe() const;

  [[noreturn]] void missing() const;
  /// "field cents: 1e300 is not `wanted`".
  [[noreturn]] void unfit(const nlohmann::json& found, std::string_view wanted) const;
  [[noreturn]] void unreadable(std::string_view problem) const;
  [[noreturn]] void unwritable(std::string_view problem) const;
  [[noreturn]] void unnamed_enumerator(std::int64_t value) const;

  /// Refuses to write what is nested deeper than an append allows.
  void limit_depth() const;

 private:
  [[nodiscard]] std::string text() const;

  const json_path* outer_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  bool is_index_ = false;
  int depth_ = 0;
};

void require_utf8(std::string_view text, const json_path& path);
void require_finite(double value, const json_path& path);

/// Integers of any size up to 64 bits; a number with a point or an exponent is taken if it is whole
/// and small enough to be exact (2^53).
[[nodiscard]] std::int64_t read_signed(const nlohmann::json& in, std::int64_t min, std::int64_t max,
                                       int bits, const json_path& path);
[[nodiscard]] std::uint64_t read_unsigned(const nlohmann::json& in, std::uint64_t max, int bits,
                                          const json_path& path);
[[nodiscard]] double read_double(const nlohmann::json& in, double max, int bits,
                                 const json_path& path);
[[nodiscard]] bool read_bool(const nlohmann::json& in, const json_path& path);
[[nodiscard]] const std::string& text_in(const nlohmann::json& in, const json_path& path);
[[nodiscard]] const nlohmann::json::array_t& array_in(const nlohmann::json& in,
                                                      const json_path& path);
[[nodiscard]] uuid read_uuid(const nlohmann::json& in, const json_path& path);
[[nodiscard]] timestamp read_timestamp(const nlohmann::json& in, const json_path& path);

/// Runs a type's own `to_json`, and names the field if that throws.
template <class Write>
void write_foreign(const json_path& path, Write&& write) {
  try {
    write();
  } catch (const std::exception& e) {
    path.unwritable(e.what());
  }
}

/// Runs a type's own `from_json`, and names the field if that throws.
template <class Read>
void read_foreign(const json_path& path, Read&& read) {
  try {
    read();
  } catch (const std::exception& e) {
    path.unreadable(e.what());
  }
}

/// The finished text of an event. @throws usage_error if a `nlohmann::json` in it is not UTF-8.
[[nodiscard]] std::string dump_event(const nlohmann::json& data);

} // namespace waymark::detail
