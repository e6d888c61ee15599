#pragma once

#include <waymark/messages/append.hpp>
#include <waymark/messages/event.hpp>

#include <string>
#include <string_view>

/// Events as JSON Lines: what `waymark append` reads and `waymark events` prints.
namespace waymark::node {

/// What a line came to: a command, or the reason why there is none.
struct event_line {
  append_command command; ///< Of one event; meaningful if there is no problem.
  std::string problem;    ///< What was expected, and where; empty if the line is right.
};

/// Reads one line, without its newline. A line with `specversion` is a CloudEvent (1.0); any other
/// is of our own form:
///
/// | member | |
/// |---|---|
/// | `aggregate_type`, `aggregate_id`, `event_type` | strings that are not empty |
/// | `data` | any JSON |
/// | `event_id` | a UUID: makes it safe to append the line again |
/// | `expected_version` | a number, or `"no_stream"`, `"stream_exists"`, `"any"` |
/// | `occurred_at` | RFC 3339 |
/// | `schema_version` | 1 unless given |
/// | `metadata` | an object |
/// | `tenant_id`, `actor_id`, `correlation_id`, `causation_id` | strings |
/// | `position`, `aggregate_version`, `recorded_at` | of the log that the line comes from; ignored
/// |
///
/// Only the first four are required; `null` in any but `data` is as if it were not there. A name
/// that is none of these, or that occurs twice, is a mistake, so that a slip of the pen loses
/// nothing. Data and metadata are kept byte for byte.
///
/// Of a CloudEvent, the last segment of `source`'s path is the aggregate type, `subject` the
/// aggregate id, `type` the event type and `time` when it occurred. An `id` that is a UUID is the
/// event id; from any other, and the source, one is computed, the same each time. `tenantid`,
/// `actorid`, `correlationid` and `causationid` are the members of the envelope; all other
/// attributes are kept in the metadata. Without `data`, the data is `{}`.
///
/// The line may be any bytes. What a store refuses (see `find_mistake`) is not looked for here.
/// Pure, thread-safe.
[[nodiscard]] event_line read_event_line(std::string_view line);

/// The event in our own form, without a newline, so that reading it gives the same event again. Its
/// data and metadata stand as they are in the log, but for line breaks between values, which become
/// blanks. Data that is no JSON (a store takes none) stands as a string in `undecodable_data`
/// instead of `data`, which no reader takes for an event. Pure.
[[nodiscard]] std::string write_event_line(const event& e);

} // namespace waymark::node
