#pragma once

#include <waymark/messages/status.hpp>

#include <string>

namespace waymark {

/// Why a projection is where it is, with the evidence in its status and what can be done about it,
/// as one sentence. Pure; `now` is the time of the look.
[[nodiscard]] std::string explain_status(const projection_status& status, const lag& behind,
                                         timestamp now);

} // namespace waymark
