#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace history {

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::int64_t number);

/// Rows as lines of aligned columns, two spaces between; numbers are aligned to the right. Widths
/// are counted in characters, not bytes. No line ends with a space.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows,
                                  std::string_view indent);

} // namespace history
