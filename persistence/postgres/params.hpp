#pragma once

#include "persistence/sql/connection.hpp"

#include <waymark/messages/timestamp.hpp>
#include <waymark/messages/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::postgres {

/// The types that waymark's own statements use, by the numbers that PostgreSQL gives them for good.
enum class oid : unsigned int {
  boolean = 16,
  bytes = 17,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  object = 26,
  float4 = 700,
  float8 = 701,
  int4_array = 1007,
  text_array = 1009,
  int8_array = 1016,
  timestamp = 1114,
  timestamptz = 1184,
  timestamptz_array = 1185,
  numeric = 1700,
  uuid = 2950,
  uuid_array = 2951
};

/// `when` as the server keeps it: microseconds since 2000.
[[nodiscard]] std::int64_t to_server_time(timestamp when) noexcept;
[[nodiscard]] timestamp from_server_time(std::int64_t when) noexcept;

/// `text` as the server takes it: `?` for NUL and for whatever is not UTF-8.
[[nodiscard]] std::string storable(std::string_view text);

/// An array of one dimension in the server's binary format. `add` of nothing is a NULL.
class array {
 public:
  explicit array(oid element);

  void add(std::int32_t v);
  void add(std::int64_t v);
  void add(std::string_view v);
  void add(const uuid& v);
  void add(timestamp v);
  void add(std::nullopt_t);
  template <class T>
  void add(const std::optional<T>& v) {
    if (v)
      add(*v);
    else
      add(std::nullopt);
  }

  /// The bytes; nothing may be added afterwards.
  [[nodiscard]] std::string_view finish();

 private:
  std::string bytes_;
  std::int32_t size_ = 0;
  bool nulls_ = false;
};

/// The parameters of one call, in binary. What is given as a view is not copied and must outlive
/// it. Moving keeps the addresses that it points to, copying would not.
class params {
 public:
  params();
  params(params&&) = default;
  params& operator=(params&&) = default;

  params& add(std::int32_t v);
  params& add(std::int64_t v);
  params& add(std::string_view text);
  params& add_bytes(std::string_view bytes);
  params& add(const uuid& v);
  params& add(timestamp v);
  params& add_null(oid type);
  params& add(array& v, oid type) { return put(type, v.finish()); }
  params& add(const std::optional<std::string>& v) {
    return v ? add(std::string_view{*v}) : add_null(oid::text);
  }
  params& add(const std::optional<uuid>& v) { return v ? add(*v) : add_null(oid::uuid); }
  params& add(const std::optional<timestamp>& v) {
    return v ? add(*v) : add_null(oid::timestamptz);
  }
  params& add(const std::optional<std::string_view>& v) {
    return v ? add(*v) : add_null(oid::text);
  }
  params& add(const sql::byte_text& v) { return v.is ? add_bytes(*v.is) : add_null(oid::bytes); }
  params& add(const sql::foreign_text& v);
  params& add(const std::string& v) { return add(std::string_view{v}); }
  params& add(const char*) = delete;

  [[nodiscard]] int size() const noexcept { return static_cast<int>(values_.size()); }
  [[nodiscard]] const unsigned int* types() const noexcept { return types_.data(); }
  [[nodiscard]] const char* const* values() const noexcept { return values_.data(); }
  [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
  [[nodiscard]] const int* formats() const noexcept { return formats_.data(); }

 private:
  params& put(oid type, std::string_view bytes);
  std::string_view keep(std::string bytes) { return kept_.emplace_back(std::move(bytes)); }

  std::vector<unsigned int> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::deque<std::string> kept_;
};

} // namespace waymark::postgres
