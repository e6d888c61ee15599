#include "benchmarks/engines.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"
#include "benchmarks/sqlite_by_hand.hpp"

#include "persistence/sqlite/event_rows.hpp"

#include <deque>

namespace bench {

namespace {

/// Reads and decodes each page once; each projection writes it in a transaction of its own, with
/// its checkpoint.
sample run_floor(const std::string& file, int projections, std::int64_t events) {
  sample result;
  {
    raw_database db{file};
    std::deque<sqlite_by_hand> all;
    for (int i = 0; i < projections; ++i)
      all.emplace_back(db, i);
    const stopwatch time;
    raw_statement read{db.get(), waymark::sqlite::read_page_sql};
    std::vector<read_event> page;
    for (std::int64_t after = 0; after < events; after = page.back().position) {
      read_page(read, after, events, page);
      for (auto& each : all) {
        db.execute("BEGIN IMMEDIATE");
        each.apply(page);
        db.execute("COMMIT");
      }
    }
    result = time.per_second(events * projections);
  }
  check_tables(file, projections, events);
  return result;
}

sample run_ours(const std::string& file, int projections, std::int64_t events) {
  sample result;
  {
    waymark::engine engine{waymark::open("sqlite:" + file), silent()};
    const stopwatch time;
    std::vector<waymark::projection_handle> handles;
    for (int i = 0; i < projections; ++i)
      handles.push_back(engine.start(table_projection(i)));
    for (const auto& each : handles)
      catch_up(engine, each);
    result = time.per_second(events * projections);
  }
  check_tables(file, projections, events);
  return result;
}

contest prepare(setting& in, int projections) {
  static_cast<void>(in.copy_of_log(in.events(), "catch-up"));
  return {[&in, projections] {
            return run_ours(in.copy_of_log(in.events(), "catch-up"), projections, in.events());
          },
          [&in, projections] {
            return run_floor(in.copy_of_log(in.events(), "catch-up"), projections, in.events());
          }};
}

} // namespace

std::vector<row> sqlite_catch_up_rows() {
  return {{"catch-up SQLite", "events/s", row::goal::at_least_of_floor, 0.8,
           [](setting& in) { return prepare(in, 1); }},
          {"catch-up SQLite, 4 projections", "events/s", row::goal::at_least_of_floor, 0.8,
           [](setting& in) { return prepare(in, 4); }}};
}

} // namespace bench
