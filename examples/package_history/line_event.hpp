#pragma once

#include "line_reader.hpp"

#include <waymark/messages/append.hpp>
#include <waymark/messages/uuid.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace history {

/// Gives each line of the log the id that it has in every run.
///
/// The id comes from the line's text and from how many equal lines stand before it, counted from
/// the oldest file on. So a line keeps its id when its file is renamed, two equal lines stay two,
/// and a line that is read again is known. When the oldest file is deleted, the count of later
/// lines stays right as long as no line of it is repeated in a younger file; since the text begins
/// with the second it was written in, that needs a clock that was set back by as long as a file
/// lives, and then the repetition is taken for a line that is known.
class line_ids {
 public:
  /// To be called for each line once, in the order of the log.
  [[nodiscard]] waymark::uuid next(std::string_view text);

 private:
  std::unordered_map<waymark::uuid, std::int64_t> seen_; // by the hash of the text
};

/// A line as what is appended for it.
struct line_command {
  waymark::append_command append;
  std::string problem; ///< Why the line could not be read; empty if it could.
};

/// Makes the event of a line, readable or not:
/// | line               | stream                 |
/// |--------------------|------------------------|
/// | about a package    | Package/libfoo:amd64   |
/// | conffile           | Conffile/etc/foo.conf  |
/// | startup            | Dpkg/startup           |
/// | one that is broken | Line/<its id>          |
///
/// A broken line has a stream of its own, so that giving it up parks nothing else.
[[nodiscard]] line_command to_command(const std::string& file, const log_line& line,
                                      const waymark::uuid& id);

} // namespace history
