#pragma once

#include "persistence/postgres/session.hpp"

#include <string>

namespace waymark::postgres {

/// Who holds the lock behind which all appends go, in words: backend, user, program, since when; or
/// the prepared transaction that was forgotten. Empty if nobody holds it.
[[nodiscard]] std::string holder_of_append_lock(session& on);

} // namespace waymark::postgres
