#include "persistence/postgres/params.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <bit>

namespace waymark::postgres {

namespace {

constexpr std::chrono::microseconds epoch_2000{946'684'800'000'000};

template <class T>
void append_number(std::string& to, T value) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
    to += static_cast<char>(bits >> shift & 0xff);
}

template <class T>
std::string number(T value) {
  std::string result;
  append_number(result, value);
  return result;
}

std::string_view view(const uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

} // namespace

// What lies beyond the other's range becomes the end of that range.
std::int64_t to_server_time(timestamp when) noexcept {
  return std::max(when, timestamp::min() + epoch_2000).time_since_epoch().count() -
         epoch_2000.count();
}

timestamp from_server_time(std::int64_t when) noexcept {
  const auto most = (timestamp::max() - epoch_2000).time_since_epoch().count();
  return timestamp{std::chrono::microseconds{std::min(when, most)} + epoch_2000};
}

std::string storable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto length = text.front() == '\0' ? 0 : utf8_length(text);
    if (length == 0)
      result += '?';
    else
      result += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

// dimensions, null flag, element type, size, lower bound
array::array(oid element) {
  append_number(bytes_, std::int32_t{1});
  append_number(bytes_, std::int32_t{0});
  append_number(bytes_, static_cast<std::int32_t>(element));
  append_number(bytes_, std::int32_t{0});
  append_number(bytes_, std::int32_t{1});
}

void array::add(std::int32_t v) {
  append_number(bytes_, std::int32_t{4});
  append_number(bytes_, v);
  ++size_;
}

void array::add(std::int64_t v) {
  append_number(bytes_, std::int32_t{8});
  append_number(bytes_, v);
  ++size_;
}

void array::add(std::string_view v) {
  append_number(bytes_, static_cast<std::int32_t>(v.size()));
  bytes_ += v;
  ++size_;
}

void array::add(const uuid& v) {
  add(view(v));
}

void array::add(timestamp v) {
  add(to_server_time(v));
}

void array::add(std::nullopt_t) {
  append_number(bytes_, std::int32_t{-1});
  nulls_ = true;
  ++size_;
}

std::string_view array::finish() {
  if (size_ == 0) { // an empty array has no dimension
    bytes_.replace(0, 4, number(std::int32_t{0}));
    bytes_.resize(12);
  } else {
    bytes_.replace(4, 4, number(std::int32_t{nulls_ ? 1 : 0}));
    bytes_.replace(12, 4, number(size_));
  }
  return bytes_;
}

params::params() {
  constexpr std::size_t mostly_enough = 16;
  types_.reserve(mostly_enough);
  values_.reserve(mostly_enough);
  lengths_.reserve(mostly_enough);
  formats_.reserve(mostly_enough);
}

params& params::put(oid type, std::string_view bytes) {
  types_.push_back(static_cast<unsigned int>(type));
  values_.push_back(bytes.data() == nullptr ? "" : bytes.data());
  lengths_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(1);
  return *this;
}

params& params::add(std::int32_t v) {
  return put(oid::int4, keep(number(v)));
}

params& params::add(std::int64_t v) {
  return put(oid::int8, keep(number(v)));
}

params& params::add(std::string_view text) {
  return put(oid::text, text);
}

params& params::add(const sql::foreign_text& v) {
  return v.is ? put(oid::text, keep(storable(*v.is))) : add_null(oid::text);
}

params& params::add_bytes(std::string_view bytes) {
  return put(oid::bytes, bytes);
}

params& params::add(const uuid& v) {
  return put(oid::uuid, keep(std::string{view(v)}));
}

params& params::add(timestamp v) {
  return put(oid::timestamptz, keep(number(to_server_time(v))));
}

params& params::add_null(oid type) {
  put(type, {});
  values_.back() = nullptr;
  return *this;
}

} // namespace waymark::postgres
