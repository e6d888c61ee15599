#include <waymark/messages/uuid.hpp>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

namespace waymark {

namespace {

/// Counts the forks between the first process and this one.
std::atomic<unsigned> fork_count{0};

void fill_from_kernel(void* into, std::size_t size) {
  auto* at = static_cast<std::uint8_t*>(into);
  while (size > 0) {
    const auto got = ::getrandom(at, size, 0);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      throw std::system_error{errno, std::generic_category(), "getrandom"};
    }
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

/// Random numbers of the kernel, fetched some hundred at a time. Not used on both sides of a fork:
/// what the parent has in stock, the child throws away.
class random_stock {
 public:
  random_stock() {
    [[maybe_unused]] static const int once =
        ::pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1); });
  }

  std::uint64_t next() {
    const auto forks = fork_count.load(std::memory_order_relaxed);
    if (next_ == stock_.size() || forks != forks_) {
      fill_from_kernel(stock_.data(), sizeof(stock_));
      next_ = 0;
      forks_ = forks;
    }
    return stock_[next_++];
  }

 private:
  std::array<std::uint64_t, 256> stock_{};
  std::size_t next_ = stock_.size();
  unsigned forks_ = 0;
};

/// Milliseconds since 1970 in the upper 48 bits, shifted by a counter of 12 bits: strictly rising
/// inside the process. When a millisecond has used up its 4,096 numbers, the next one is borrowed.
std::uint64_t next_tick() noexcept {
  static std::atomic<std::uint64_t> last{0};
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  const auto now = static_cast<std::uint64_t>(ms) << 12;
  auto seen = last.load(std::memory_order_relaxed);
  std::uint64_t mine = 0;
  do {
    mine = std::max(now, seen + 1);
  } while (!last.compare_exchange_weak(seen, mine, std::memory_order_relaxed));
  return mine;
}

void store_big_endian(std::uint8_t* into, std::uint64_t value) noexcept {
  for (int i = 7; i >= 0; --i, value >>= 8)
    into[i] = static_cast<std::uint8_t>(value);
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

constexpr bool dash_before_byte(std::size_t i) noexcept {
  return i == 4 || i == 6 || i == 8 || i == 10;
}

} // namespace

uuid uuid::v7() {
  static thread_local random_stock random;
  const auto tick = next_tick();
  uuid result;
  store_big_endian(result.bytes.data(), (tick >> 12 << 16) | 0x7000u | (tick & 0xfffu));
  store_big_endian(result.bytes.data() + 8, (random.next() >> 2) | (std::uint64_t{1} << 63));
  return result;
}

uuid uuid::v5(const uuid& space, std::string_view name) {
  boost::uuids::uuid outer;
  std::copy(space.bytes.begin(), space.bytes.end(), outer.begin());
  const auto made = boost::uuids::name_generator_sha1{outer}(name.data(), name.size());
  uuid result;
  std::copy(made.begin(), made.end(), result.bytes.begin());
  return result;
}

std::optional<uuid> uuid::parse(std::string_view text) noexcept {
  if (text.size() != 36)
    return std::nullopt;
  uuid result;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (dash_before_byte(i) && text[at++] != '-')
      return std::nullopt;
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    result.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return result;
}

std::string uuid::to_string() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (dash_before_byte(i))
      ++at;
    text[at++] = digits[bytes[i] >> 4];
    text[at++] = digits[bytes[i] & 15];
  }
  return text;
}

} // namespace waymark

std::size_t std::hash<waymark::uuid>::operator()(const waymark::uuid& id) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, id.bytes.data(), 8);
  std::memcpy(&low, id.bytes.data() + 8, 8);
  auto mixed = (high ^ (low + 0x9e3779b97f4a7c15u + (high << 6))) * 0xff51afd7ed558ccdu;
  mixed ^= mixed >> 33;
  return static_cast<std::size_t>(mixed);
}
