#pragma once

#include "persistence/postgres/database.hpp"

#include <waymark/messages/append.hpp>

#include <span>
#include <vector>

namespace waymark::postgres {

/// Carries out a group of commands, in as few calls of the server's function as they allow. A call
/// whose answer is lost is sent once more, with the same ids; a call that the server refuses for
/// what is in it is sent again command by command.
/// @throws store_error; with an unknown outcome if some of the group may have been written.
[[nodiscard]] std::vector<append_result> append_group(database& in,
                                                      std::span<const append_command> group);

} // namespace waymark::postgres
