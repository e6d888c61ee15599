#pragma once

#include <waymark/waymark.hpp>

#include <cstdint>
#include <string>

/// What the child does all day: it moves money between accounts. Every movement follows from its
/// account and its version alone, so that a parent that saw nothing but the log can tell what ought
/// to be in it.
namespace restart {

struct money_moved {
  std::int64_t cents = 0;
  std::string kind;
  friend bool operator==(const money_moved&, const money_moved&) = default;
};
WAYMARK_EVENT(money_moved, "MoneyMoved", "Account", cents, kind);

inline constexpr int accounts = 16;

/// "a-07".
[[nodiscard]] std::string account_name(int number);

/// The movement that is `version` in the stream of `account`, with its id.
[[nodiscard]] money_moved movement(const std::string& account, std::int64_t version);
[[nodiscard]] waymark::new_event movement_event(const std::string& account, std::int64_t version);

/// For each account: balance, number of movements, last version, and how many came out of order.
[[nodiscard]] waymark::projection balances(int shards);

/// For each kind of movement: how many and how much, whatever the account.
[[nodiscard]] waymark::projection kinds(int shards);

} // namespace restart
