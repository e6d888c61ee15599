#pragma once

#include "apps/loss_harness/settings.hpp"

namespace waymark::loss {

// Each runs in a process of its own.

/// Appends its share: single events and several at once, some in transactions of a user's own, of
/// which some pause and some roll back. Leaves what was acknowledged and what was rolled back.
void write(const settings& all, int index);

/// Tails the log and leaves what it saw, until it has read as far as the stop file says.
void read(const settings& all, int index);

/// Keeps transactions open for seconds that write something else.
void dawdle(const settings& all);

/// Appends to a log in another database of the same server.
void write_elsewhere(const settings& all, const std::string& address);

} // namespace waymark::loss
