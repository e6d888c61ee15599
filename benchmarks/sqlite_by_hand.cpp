#include "benchmarks/sqlite_by_hand.hpp"

#include "persistence/sqlite/record_sql.hpp"

#include <waymark/messages/clock.hpp>

#include <stdexcept>

namespace bench {

namespace {

constexpr std::int64_t page_events = 1'000;

std::int64_t now() {
  return std::int64_t{waymark::clock::system().now().time_since_epoch().count()};
}

} // namespace

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

sqlite_by_hand::sqlite_by_hand(raw_database& db, int number)
    : into_{number}, upsert_{db.get(), into_.upsert_order}, count_{db.get(), into_.count_type},
      advance_{db.get(),
               waymark::sqlite::in_sqlite(waymark::sqlite::record_texts.checkpoints.advance)},
      mark_{db.get(), waymark::sqlite::in_sqlite(waymark::sqlite::record_texts.attempts.begin)},
      unmark_{db.get(), waymark::sqlite::in_sqlite(waymark::sqlite::record_texts.attempts.remove)} {
  raw_statement row{db.get(), "SELECT epoch, position FROM waymark_checkpoints WHERE "
                              "projection = ?1"};
  row.bind(1, std::string_view{into_.name});
  if (!row.step())
    throw std::runtime_error{"no checkpoint of " + into_.name};
  epoch_ = row.integer(0);
  position_ = row.integer(1);
}

void sqlite_by_hand::apply(std::span<const read_event> events) {
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
  advance_.bind(1, std::string_view{into_.name})
      .bind(2, std::int64_t{0})
      .bind(3, epoch_)
      .bind(4, position_)
      .bind(5, last.position)
      .bind_blob(6, last.id.data(), last.id.size())
      .bind_blob(7, last.id.data(), last.id.size())
      .bind(8, std::string_view{last.type})
      .bind(9, last.occurred_at)
      .bind(10, now())
      .bind(11, static_cast<std::int64_t>(events.size()))
      .run();
  position_ = last.position;
}

void sqlite_by_hand::mark(const read_event& e) {
  mark_.bind(1, std::string_view{into_.name})
      .bind(2, std::int64_t{0})
      .bind(3, epoch_)
      .bind(4, e.position)
      .bind_blob(5, e.id.data(), e.id.size())
      .bind(6, now())
      .run();
}

void sqlite_by_hand::unmark() {
  unmark_.bind(1, std::string_view{into_.name}).bind(2, std::int64_t{0}).run();
}

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

} // namespace bench
