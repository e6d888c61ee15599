#pragma once

#include <waymark/persistence/event_store.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace waymark::node {

/// Finds those of the commands (of one event each) whose id the log knew with another type or other
/// data: a producer that uses an id twice would lose its event. Data is compared as JSON, so that
/// blanks and the order of members make no difference.
/// @param results what the log answered to these commands.
/// @returns in words what is in the log, by the command's index. @throws store_error.
[[nodiscard]] std::map<std::size_t, std::string>
find_other_events(event_store& log, std::span<const append_command> commands,
                  std::span<const append_result> results);

} // namespace waymark::node
