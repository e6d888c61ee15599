#include "benchmarks/engines.hpp"
#include "benchmarks/raw_sqlite.hpp"
#include "benchmarks/row.hpp"
#include "benchmarks/shop.hpp"

#include "persistence/sqlite/event_rows.hpp"
#include "persistence/sqlite/record_sql.hpp"

#include <array>
#include <deque>
#include <memory>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::int64_t page_events = 1'000;

/// What the floor takes of an event.
struct read_event {
  std::int64_t position = 0;
  std::array<char, 16> id{};
  std::string type;
  std::string order;
  std::int64_t occurred_at = 0;
  order_fields fields;
};

/// The floor's side of one projection: its statements, and where it is.
class hand_written {
 public:
  hand_written(raw_database& db, int number)
      : into_{number}, upsert_{db.get(), into_.upsert_order}, count_{db.get(), into_.count_type},
        advance_{db.get(), waymark::sqlite::in_sqlite(
                                waymark::sqlite::record_texts.checkpoints.advance)} {
    raw_statement row{db.get(), "SELECT epoch, position FROM waymark_checkpoints WHERE "
                                "projection = ?1"};
    row.bind(1, std::string_view{into_.name});
    if (!row.step())
      throw std::runtime_error{"no checkpoint of " + into_.name};
    epoch_ = row.integer(0);
    position_ = row.integer(1);
  }

  void apply(const std::vector<read_event>& events) {
    for (const auto& e : events) {
      upsert_.bind(1, std::string_view{e.order})
          .bind(2, std::string_view{e.fields.customer})
          .bind(3, std::string_view{e.fields.city})
          .bind(4, e.fields.quantity)
          .bind(5, e.fields.cents)
          .run();
      count_.bind(1, std::string_view{e.type}).run();
    }
    const auto& last = events.back();
    const auto now = waymark::clock::system().now().time_since_epoch().count();
    advance_.bind(1, std::string_view{into_.name})
        .bind(2, std::int64_t{0})
        .bind(3, epoch_)
        .bind(4, position_)
        .bind(5, last.position)
        .bind_blob(6, last.id.data(), last.id.size())
        .bind_blob(7, last.id.data(), last.id.size())
        .bind(8, std::string_view{last.type})
        .bind(9, last.occurred_at)
        .bind(10, std::int64_t{now})
        .bind(11, static_cast<std::int64_t>(events.size()))
        .run();
    position_ = last.position;
  }

 private:
  tables into_;
  raw_statement upsert_;
  raw_statement count_;
  raw_statement advance_;
  std::int64_t epoch_ = 0;
  std::int64_t position_ = 0;
};

void read_page(raw_statement& read, std::int64_t after, std::int64_t up_to,
               std::vector<read_event>& into) {
  into.clear();
  read.bind(1, after).bind(2, up_to).bind(3, page_events);
  while (read.step()) {
    auto& e = into.emplace_back();
    e.position = read.integer(0);
    read.blob(1).copy(e.id.data(), e.id.size());
    e.type = read.text(2);
    e.order = read.text(5);
    e.occurred_at = read.integer(7);
    const auto data = read.text(14);
    e.fields = parse(data.data(), data.size());
  }
}

/// Both sides must have come to the same tables.
void check_tables(const std::string& file, int projections, std::int64_t events) {
  raw_database db{file};
  std::int64_t cents = 0;
  for (std::int64_t n = 0; n < events; ++n)
    cents += fields(n).cents;
  for (int i = 0; i < projections; ++i) {
    raw_statement sums{db.get(), tables{i}.sums};
    if (!sums.step() || sums.integer(0) != events || sums.integer(1) != events ||
        sums.integer(2) != cents)
      throw std::runtime_error{"projection " + std::to_string(i) + " has a wrong read model"};
  }
}

/// Reads and decodes each page once; each projection writes it in a transaction of its own, with
/// its checkpoint.
sample run_floor(const std::string& file, int projections, std::int64_t events) {
  sample result;
  {
    raw_database db{file};
    std::deque<hand_written> all;
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
