#include "persistence/postgres/append_call.hpp"

#include "persistence/append_answers.hpp"
#include "persistence/fault_point.hpp"

namespace waymark::postgres {

namespace {

/// A parameter may have 1 GiB; this is far from it and keeps the memory of both sides small.
constexpr std::size_t most_bytes = 32u * 1024 * 1024;

std::int64_t encoded(const expected_version& expected) {
  switch (expected.what()) {
  case expected_version::kind::exact:
    return expected.version();
  case expected_version::kind::no_stream:
    return 0;
  case expected_version::kind::stream_exists:
    return -2;
  case expected_version::kind::any:
    break;
  }
  return -1;
}

std::optional<std::string_view> text_or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{std::string_view{text}};
}

} // namespace

append_call::append_call(std::span<const append_command* const> commands,
                         std::optional<timestamp> dated)
    : dated_{dated} {
  for (const auto* each : commands)
    if (!take(*each))
      break;
}

bool append_call::take(const append_command& what) {
  std::size_t bytes = 0;
  bool repeats = false;
  for (const auto& e : what.events) {
    bytes += e.data.text().size() + e.metadata.size();
    repeats = repeats || (e.event_id && ids_.contains(*e.event_id));
  }
  if (!taken_.empty() && (repeats || bytes_ + bytes > most_bytes))
    return false;
  bytes_ += bytes;
  command each{&what, {}};
  for (const auto& e : what.events) {
    each.ids.push_back(e.event_id ? *e.event_id : uuid::v7());
    ids_.emplace(each.ids.back(), taken_.size());
  }
  add(each);
  taken_.push_back(std::move(each));
  return true;
}

void append_call::add(const command& each) {
  const auto& stream = each.what->stream;
  const auto [place, is_new] = streams_.try_emplace({stream.aggregate_type, stream.aggregate_id},
                                                    static_cast<std::int32_t>(streams_.size() + 1));
  if (is_new) {
    stream_types_.add(std::string_view{stream.aggregate_type});
    stream_ids_.add(std::string_view{stream.aggregate_id});
  }
  command_streams_.add(place->second);
  expected_.add(encoded(each.what->expected));
  counts_.add(static_cast<std::int32_t>(each.ids.size()));
  const auto number = static_cast<std::int32_t>(taken_.size() + 1);
  for (std::size_t i = 0; i < each.ids.size(); ++i) {
    const auto& e = each.what->events[i];
    commands_.add(number);
    event_ids_.add(each.ids[i]);
    types_.add(std::string_view{e.event_type});
    schemas_.add(std::int32_t{e.schema_version});
    times_.add(e.occurred_at);
    tenants_.add(e.tenant_id);
    actors_.add(e.actor_id);
    correlations_.add(e.correlation_id);
    causations_.add(e.causation_id);
    metadata_.add(text_or_null(e.metadata));
    data_.add(std::string_view{e.data.text()});
  }
}

std::vector<append_result> append_call::send(session& on) {
  params with;
  with.add(stream_types_, oid::text_array).add(stream_ids_, oid::text_array);
  with.add(command_streams_, oid::int4_array).add(expected_, oid::int8_array);
  with.add(counts_, oid::int4_array).add(commands_, oid::int4_array);
  with.add(event_ids_, oid::uuid_array).add(types_, oid::text_array);
  with.add(schemas_, oid::int4_array).add(times_, oid::timestamptz_array);
  with.add(tenants_, oid::text_array).add(actors_, oid::text_array);
  with.add(correlations_, oid::text_array).add(causations_, oid::text_array);
  with.add(metadata_, oid::text_array).add(data_, oid::text_array).add(dated_);
  fault_point("append.before_commit");
  const auto answers =
      on.run("SELECT outcome, first_position, last_position, last_version FROM {schema}.append("
             "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
             with, stage::append);
  fault_point("append.after_commit");
  try {
    return results_of(answers, on);
  } catch (const store_error& e) { // others of the group may have been written
    throw store_error{e.what(), store_error::outcome::unknown};
  }
}

std::vector<append_result> append_call::results_of(const rows& answers, session& on) {
  std::vector<append_result> results;
  for (int i = 0; i < answers.size(); ++i) {
    const auto& each = taken_[static_cast<std::size_t>(i)];
    switch (answers.integer(i, 0)) {
    case 0:
      results.push_back(
          accepted(answers.integer(i, 1), answers.integer(i, 2), answers.integer(i, 3)));
      wrote_ = true;
      break;
    case 1:
      results.push_back(conflict(*each.what, answers.integer(i, 3)));
      break;
    default:
      results.push_back(answer_for_known_ids(on, each));
    }
  }
  return results;
}

// What the log has of them was committed before, and events never change: a look without the lock
// is as good as one under it.
append_result append_call::answer_for_known_ids(session& on, const command& each) const {
  array ids{oid::uuid};
  for (const auto& id : each.ids)
    ids.add(id);
  const auto found = on.run("SELECT event_id, position, aggregate_type, aggregate_id, "
                            "aggregate_version FROM {schema}.events WHERE event_id = ANY ($1)",
                            params{}.add(ids, oid::uuid_array));
  std::map<uuid, int> row_of;
  for (int row = 0; row < found.size(); ++row)
    row_of.emplace(found.id(row, 0), row);
  known_ids known{*each.what};
  for (const auto& id : each.ids) {
    const auto at = row_of.find(id);
    if (at == row_of.end())
      known.not_seen();
    else
      known.seen(id, found.integer(at->second, 1),
                 {std::string{found.text(at->second, 2)}, std::string{found.text(at->second, 3)}},
                 found.integer(at->second, 4));
  }
  if (auto answer = known.answer())
    return *std::move(answer);
  throw store_error{on.where().shown + ": the log knew ids of an append to " +
                    to_string(each.what->stream) + " and then did not; was it truncated?"};
}

} // namespace waymark::postgres
