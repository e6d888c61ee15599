#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace waymark {

/// Writes to a file descriptor, and gives up where nobody takes it: a full pipe whose reader has
/// stopped, or a terminal that is held, would keep the writer for ever.
/// @returns how much was written: less than all if `patience` is over or writing fails.
std::size_t write_within(int file, std::string_view text,
                         std::chrono::milliseconds patience) noexcept;

} // namespace waymark
