#pragma once

#include <waymark/messages/event.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark {

/// Which events a reader wants. An empty list means all; the conditions are joined by "and".
struct event_filter {
  std::vector<std::string> event_types{};
  std::vector<std::string> aggregate_types{};
  std::optional<std::string> tenant_id{};

  [[nodiscard]] bool wants(const event& e) const noexcept;
  friend bool operator==(const event_filter&, const event_filter&) = default;
};

/// How much a reader takes at once: whichever bound is met first, but always one event if there is
/// one.
struct read_limit {
  std::size_t max_events = 1000;
  std::size_t max_bytes = 1024u * 1024;
  /// Positions looked at in one read, so that a filter that matches nothing ends in bounded time.
  std::size_t max_scanned = 20'000;
};

/// A piece of the log: the wanted events in (after, scanned_to], in order of position.
struct page {
  position_t after = 0;
  position_t scanned_to = 0; ///< Nothing wanted at or below this is missing from here.
  /// Head when the page was read; below `scanned_to` only if `after` was.
  position_t head = 0;
  std::vector<event> events;
  /// Set by who reads on and on: another number says that another log, or an older copy of this
  /// one, stands in its place. 0: nobody looked.
  std::uint64_t log_incarnation = 0;
};

using page_ptr = std::shared_ptr<const page>;

} // namespace waymark
