#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

/// A universally unique identifier (RFC 9562): 16 bytes in network order. A value, free to copy.
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// A new time-ordered identifier (version 7): sorts by the millisecond it was made in, so that
  /// an index of event ids grows at its end. Those made by one process sort in the order in which
  /// they were made, whatever the thread. Thread-safe, and safe to use on both sides of a fork.
  [[nodiscard]] static uuid v7();

  /// The identifier that `name` has inside `space` (version 5, SHA-1): the same name always gives
  /// the same identifier, which makes an import safe to run again.
  [[nodiscard]] static uuid v5(const uuid& space, std::string_view name);

  /// Reads the canonical form, 8-4-4-4-12 hexadecimal digits in either case; empty if `text` is
  /// anything else.
  [[nodiscard]] static std::optional<uuid> parse(std::string_view text) noexcept;

  /// The canonical form in lower case.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_nil() const noexcept { return *this == uuid{}; }

  friend auto operator<=>(const uuid&, const uuid&) = default;
};

} // namespace waymark

template <>
struct std::hash<waymark::uuid> {
  std::size_t operator()(const waymark::uuid& id) const noexcept;
};
