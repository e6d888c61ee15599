#include "persistence/postgres/page_reading.hpp"

#include "messages/text.hpp"
#include "persistence/sql/event_from.hpp"

#include <algorithm>
#include <limits>

namespace waymark::postgres {

namespace {

constexpr const char* head_sql = "SELECT max(position) FROM {schema}.events";

#define WAYMARK_WANTED                                                                             \
  "AND ($5 IS NULL OR event_type = ANY ($5)) AND ($6 IS NULL OR aggregate_type = ANY ($6)) "       \
  "AND ($7 IS NULL OR tenant_id = $7) "

#define WAYMARK_SIZE "(octet_length(data) + coalesce(octet_length(metadata), 0))"

#define WAYMARK_UNLESS_LARGE(TEXT) "CASE WHEN " WAYMARK_SIZE " <= $4 THEN " TEXT " END"

#define WAYMARK_PAGE(CONDITION)                                                                    \
  "SELECT " WAYMARK_EVENT_COLUMNS_AND(WAYMARK_UNLESS_LARGE("metadata"),                            \
                                      WAYMARK_UNLESS_LARGE("data"))                                \
  " FROM {schema}.events WHERE position > $1 AND position <= $2 " CONDITION                        \
  "ORDER BY position LIMIT $3"

/// `before` is what stands on the page before the event.
#define WAYMARK_SUMMED_PAGE(CONDITION)                                                             \
  "SELECT " WAYMARK_EVENT_COLUMNS " FROM ("                                                        \
  "  SELECT e.*, sum(" WAYMARK_SIZE ") OVER (ORDER BY e.position ROWS UNBOUNDED PRECEDING) "       \
  "    - " WAYMARK_SIZE " AS before "                                                              \
  "  FROM (SELECT * FROM {schema}.events WHERE position > $1 AND position <= $2 " CONDITION        \
  "        ORDER BY position LIMIT $3) e) page "                                                   \
  "WHERE before <= $4 ORDER BY position"

/// The statement for a log without and with a filter.
struct page_sql {
  const char* all;
  const char* filtered;
};
constexpr page_sql plain{WAYMARK_PAGE(""), WAYMARK_PAGE(WAYMARK_WANTED)};
constexpr page_sql summed{WAYMARK_SUMMED_PAGE(""), WAYMARK_SUMMED_PAGE(WAYMARK_WANTED)};

/// Data and metadata of an event may be so many times larger than expected.
constexpr std::size_t tolerance = 4;

bool wants_all(const event_filter& filter) {
  return filter.event_types.empty() && filter.aggregate_types.empty() && !filter.tenant_id;
}

std::size_t bounded(std::size_t n) {
  constexpr std::size_t most = 1'000'000'000;
  return std::clamp<std::size_t>(n, 1, most);
}

std::int64_t number(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

/// The greatest position if that is less than the sum; `more` is not negative.
position_t plus(position_t position, position_t more) {
  constexpr auto most = std::numeric_limits<position_t>::max();
  return position > most - more ? most : position + more;
}

/// The parameters of a page. The names that the log can't have match nothing.
class page_call {
 public:
  page_call(position_t after, position_t up_to, std::size_t events, std::size_t bytes,
            const event_filter& filter)
      : filtered_{!wants_all(filter)} {
    with_.add(after).add(up_to).add(number(events)).add(number(bytes));
    if (!filtered_)
      return;
    add_names(types_, filter.event_types);
    add_names(aggregates_, filter.aggregate_types);
    with_.add(filter.tenant_id);
  }
  page_call(const page_call&) = delete; // the parameters point into the arrays
  page_call& operator=(const page_call&) = delete;
  [[nodiscard]] const char* of(const page_sql& sql) const {
    return filtered_ ? sql.filtered : sql.all;
  }
  [[nodiscard]] const params& with() const { return with_; }

 private:
  void add_names(array& names, const std::vector<std::string>& from) {
    for (const auto& each : from)
      if (is_text(each))
        names.add(std::string_view{each});
    if (from.empty())
      with_.add_null(oid::text_array);
    else
      with_.add(names, oid::text_array);
  }

  bool filtered_;
  array types_{oid::text}, aggregates_{oid::text};
  params with_;
};

/// The head, and then the rows: what commits in between stands behind the head.
std::pair<position_t, rows> run(session& on, const page_sql& sql, const page_call& call) {
  const auto head = head_on(on);
  return {head, on.run(call.of(sql), call.with())};
}

/// Takes rows until a bound is met, and says how far the reader has seen. @returns their bytes.
std::size_t fill(page& into, const rows& from, std::size_t most_events, std::size_t most_bytes) {
  constexpr int data = 14;
  std::size_t bytes = 0;
  into.events.reserve(static_cast<std::size_t>(from.size()));
  for (int row = 0; row < from.size(); ++row) {
    if (from.is_null(row, data)) {
      into.scanned_to = from.integer(row, 0) - 1;
      break;
    }
    auto e = sql::event_from(row_of{from, row});
    bytes += size_bytes(e);
    if (!into.events.empty() && bytes > most_bytes) {
      into.scanned_to = e.position - 1;
      bytes -= size_bytes(e);
      break;
    }
    into.events.push_back(std::move(e));
    // A first event beyond the bound: the server has sent none behind it.
    if (into.events.size() == most_events || bytes > most_bytes) {
      into.scanned_to = into.events.back().position;
      break;
    }
  }
  // What was committed behind the head meanwhile may have been read too.
  const auto last = into.events.empty() ? into.after : into.events.back().position;
  into.scanned_to = std::max(into.scanned_to, last);
  if (!into.events.empty())
    into.head = std::max(into.head, last);
  return bytes;
}

} // namespace

bool is_text(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

position_t head_on(session& on) {
  return on.run(head_sql).integer(0, 0);
}

std::size_t page_reading::events_of_a_page(const read_limit& limit) const {
  constexpr std::size_t least = 16;
  const auto fitting = limit.max_bytes / bytes_of_an_event_.load(std::memory_order_relaxed) + 1;
  return std::min(bounded(limit.max_events), std::max(fitting + fitting / 8, least));
}

void page_reading::note(const page& found, std::size_t bytes) {
  if (!found.events.empty())
    bytes_of_an_event_.store(std::max<std::size_t>(bytes / found.events.size(), 1),
                             std::memory_order_relaxed);
}

page page_reading::read(session& on, position_t after, const read_limit& limit,
                        const event_filter& filter) {
  page result;
  result.after = result.scanned_to = after;
  const auto furthest = plus(after, number(bounded(limit.max_scanned)));
  const bool nobodys = filter.tenant_id && !is_text(*filter.tenant_id);
  if (nobodys) {
    result.head = head_on(on);
    result.scanned_to = std::max(after, std::min(result.head, furthest));
    return result;
  }
  const auto most = events_of_a_page(limit);
  const auto bytes = bounded(limit.max_bytes);
  const page_call quick{after, furthest, most, tolerance * bytes / most, filter};
  const auto first = run(on, plain, quick);
  result.head = first.first;
  if (first.second.empty() && after >= result.head)
    return result;
  result.scanned_to = std::min(result.head, furthest);
  note(result, fill(result, first.second, most, limit.max_bytes));
  if (!result.events.empty() || first.second.empty())
    return result;
  const page_call careful{after, furthest, bounded(limit.max_events), bytes, filter};
  const auto second = run(on, summed, careful);
  result.head = second.first;
  result.scanned_to = std::min(result.head, furthest);
  note(result, fill(result, second.second, bounded(limit.max_events), limit.max_bytes));
  return result;
}

} // namespace waymark::postgres
