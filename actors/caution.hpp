#pragma once

#include <memory>

namespace waymark {

/// While somebody keeps what this gives, a projection of this process runs event by event, since
/// one of its events may take the process with it. Nobody then touches events on its behalf without
/// a marker: the log does not decode pages ahead. Thread-safe.
[[nodiscard]] std::shared_ptr<void> enter_caution();

[[nodiscard]] bool is_caution_asked_for() noexcept;

} // namespace waymark
