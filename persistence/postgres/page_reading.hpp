#pragma once

#include "persistence/postgres/session.hpp"

#include <waymark/messages/page.hpp>
#include <waymark/persistence/event_store.hpp>

#include <atomic>

namespace waymark::postgres {

/// Reads pages of the log. For the server it costs a third of the read to add up the bytes of a
/// page, so it is asked for as many events as have lately made one, and leaves out the data of
/// those that are larger than expected by far. A page ends before such an event; one that would
/// begin with it is added up by the server. Thread-safe.
class page_reading {
 public:
  /// See event_store::read_all.
  [[nodiscard]] page read(session& on, position_t after, const read_limit& limit,
                          const event_filter& filter);

 private:
  [[nodiscard]] std::size_t events_of_a_page(const read_limit& limit) const;
  void note(const page& found, std::size_t bytes);

  std::atomic<std::size_t> bytes_of_an_event_{1'024};
};

[[nodiscard]] position_t head_on(session& on);

/// Whether the log can have such a text.
[[nodiscard]] bool is_text(std::string_view text);

} // namespace waymark::postgres
