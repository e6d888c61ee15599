#pragma once

#include <cstddef>
#include <list>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace waymark::sql {

/// The prepared statements of one connection by their text, the least recently used given up beyond
/// a bound. A `Statement` keeps its text in a member `sql`. Not thread-safe.
template <class Statement>
class statement_cache {
 public:
  static constexpr std::size_t bound = 256;

  /// The statement of this text, or the one that `make()` returns, to be kept; valid until the next
  /// call. `give_up(old)` is told of one that has to go for it. If either throws, what is kept is
  /// as it was.
  template <class Make, class GiveUp>
  Statement& find_or_make(std::string_view sql, const Make& make, const GiveUp& give_up) {
    // A handler mostly repeats its last statement.
    if (!kept_.empty() && kept_.front().sql == sql)
      return kept_.front();
    if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
      kept_.splice(kept_.begin(), kept_, found->second);
      return kept_.front();
    }
    Statement made = make();
    if (kept_.size() == bound) {
      give_up(std::as_const(kept_.back()));
      by_sql_.erase(kept_.back().sql);
      kept_.pop_back();
    }
    kept_.push_front(std::move(made));
    by_sql_.emplace(kept_.front().sql, kept_.begin());
    return kept_.front();
  }

  [[nodiscard]] bool contains(std::string_view sql) const { return by_sql_.contains(sql); }
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }

 private:
  using list = std::list<Statement>;

  list kept_; ///< Most recently used first.
  std::unordered_map<std::string_view, typename list::iterator> by_sql_; ///< Views of `kept_`.
};

} // namespace waymark::sql
