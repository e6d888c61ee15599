#include "benchmarks/postgres_appender.hpp"

#include <map>
#include <stdexcept>

namespace bench {

namespace {

using waymark::postgres::array;
using waymark::postgres::oid;

/// The arrays of one call of waymark.append.
struct append_arrays {
  array stream_types{oid::text}, stream_ids{oid::text};
  array command_streams{oid::int4}, expected{oid::int8}, counts{oid::int4};
  array commands{oid::int4}, ids{oid::uuid}, types{oid::text}, schemas{oid::int4};
  array times{oid::timestamptz}, tenants{oid::text}, actors{oid::text}, correlations{oid::text};
  array causations{oid::text}, metadata{oid::text}, data{oid::text};

  void add_stream(const std::string& order) {
    stream_types.add(std::string_view{"Order"});
    stream_ids.add(std::string_view{order});
  }
  void add_command(std::int32_t stream, std::int32_t count) {
    command_streams.add(stream);
    expected.add(std::int64_t{-1});
    counts.add(count);
  }
  void add_event(std::int32_t command, const prepared_event& e) {
    commands.add(command);
    ids.add(waymark::uuid::v7());
    types.add(std::string_view{e.type});
    schemas.add(std::int32_t{1});
    for (auto* each : {&times, &tenants, &actors, &correlations, &causations, &metadata})
      each->add(std::nullopt);
    data.add(std::string_view{e.text});
  }
  void send(raw_postgres& on) {
    raw_postgres::params with;
    for (auto* each :
         {&stream_types, &stream_ids, &command_streams, &expected, &counts, &commands, &ids, &types,
          &schemas, &times, &tenants, &actors, &correlations, &causations, &metadata, &data})
      with.add(*each, oid::object);
    const auto answers = on.run("append", with);
    for (int i = 0; i < answers.size(); ++i)
      if (answers.integer(i, 0) != 0)
        throw std::runtime_error{"an append was refused"};
  }
};

} // namespace

postgres_appender::postgres_appender(const std::string& address) : on_{address} {
  on_.prepare("append", "SELECT outcome, first_position, last_position, last_version FROM "
                        "waymark.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
                        "$14, $15, $16)");
  on_.prepare("insert",
              "INSERT INTO waymark.events (position, event_id, event_type, schema_version, "
              "aggregate_type, aggregate_id, aggregate_version, occurred_at, recorded_at, data) "
              "SELECT $1 + n, id, type, 1, 'Order', $2, $3 + n, now(), now(), data "
              "FROM unnest($4::uuid[], $5::text[], $6::text[]) WITH ORDINALITY "
              "AS u(id, type, data, n)");
}

void postgres_appender::append_each(std::span<const prepared_event* const> events) {
  append_arrays arrays;
  std::map<std::string_view, std::int32_t> streams;
  std::int32_t command = 0;
  for (const auto* e : events) {
    const auto next = static_cast<std::int32_t>(streams.size() + 1);
    const auto [stream, is_new] = streams.try_emplace(e->order, next);
    if (is_new)
      arrays.add_stream(e->order);
    arrays.add_command(stream->second, 1);
    arrays.add_event(++command, *e);
  }
  arrays.send(on_);
}

void postgres_appender::append(const prepared_event& e) {
  const auto* one = &e;
  append_each({&one, 1});
}

void postgres_appender::append_together(std::span<const prepared_event> events) {
  append_arrays arrays;
  arrays.add_stream(events.front().order);
  arrays.add_command(1, static_cast<std::int32_t>(events.size()));
  for (const auto& e : events)
    arrays.add_event(1, e);
  arrays.send(on_);
}

void postgres_appender::insert_together(std::span<const prepared_event> events,
                                        std::int64_t first_position, std::int64_t first_version) {
  array ids{oid::uuid}, types{oid::text}, data{oid::text};
  for (const auto& e : events) {
    ids.add(waymark::uuid::v7());
    types.add(std::string_view{e.type});
    data.add(std::string_view{e.text});
  }
  raw_postgres::params with;
  with.add(first_position - 1).add(events.front().order).add(first_version - 1);
  with.add(ids, oid::object).add(types, oid::object).add(data, oid::object);
  static_cast<void>(on_.run("insert", with));
}

} // namespace bench
