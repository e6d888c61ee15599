#pragma once

#include <waymark/messages/status.hpp>

#include <string>

namespace waymark {

/// One sentence: why a projection is where it is, with its evidence. Pure.
[[nodiscard]] std::string explain_status(const projection_status& status, const lag& behind);

} // namespace waymark
