#pragma once

#include <string>

namespace waymark {

/// On whose word something is done to a projection, and why: `{.by = "anna@db7", .why = "…"}`. It
/// stands in what is shown of it and in the log. Who gives no name is "an operator" there.
struct mandate {
  std::string by{};
  std::string why{};

  /// `by`, or "an operator".
  [[nodiscard]] std::string whose() const;
  /// Both: "anna@db7: stocktaking", or only who, if no reason was given.
  [[nodiscard]] std::string in_words() const;
};

} // namespace waymark
