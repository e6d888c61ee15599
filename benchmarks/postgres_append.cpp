#include "benchmarks/engines.hpp"
#include "benchmarks/group_commit.hpp"
#include "benchmarks/postgres_appender.hpp"
#include "benchmarks/postgres_server.hpp"
#include "benchmarks/row.hpp"

#include <deque>
#include <map>
#include <memory>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::int64_t plain_connections = 16;

using list_ptr = std::shared_ptr<const prepared_list>;
/// Appends all events to the log at an address.
using way = std::function<sample(const prepared_list&, const std::string& address)>;

void check_log(const std::string& address, std::int64_t events) {
  if (waymark::open(address).events->head() != events)
    throw std::runtime_error{"the log does not hold what was appended"};
}

sample run(const list_ptr& events, const way& append) {
  const postgres_database database;
  const auto result = append(*events, database.address());
  check_log(database.address(), static_cast<std::int64_t>(events->size()));
  return result;
}

/// Both sides append the same events, a share of the usual number.
std::function<contest(setting&)> between(way ours, way floor, std::int64_t share) {
  return [=](setting& in) -> contest {
    const auto events = std::make_shared<const prepared_list>(
        prepared_events(std::max<std::int64_t>(in.events() / share, batch), in.streams()));
    return {[=] { return run(events, ours); }, [=] { return run(events, floor); }};
  };
}

way engine_with(std::int64_t threads) {
  return [threads](const prepared_list& events, const std::string& address) {
    waymark::engine engine{waymark::open(address), silent()};
    return run_producers(events, threads, [&](std::int64_t, const prepared_event& e) {
      engine.append(command_of(e));
    });
  };
}

way connections(std::int64_t count) {
  return [count](const prepared_list& events, const std::string& address) {
    std::deque<postgres_appender> all;
    for (std::int64_t i = 0; i < count; ++i)
      all.emplace_back(address);
    return run_producers(events, count, [&](std::int64_t thread, const prepared_event& e) {
      all[static_cast<std::size_t>(thread)].append(e);
    });
  };
}

sample groups_by_hand(const prepared_list& events, const std::string& address) {
  postgres_appender writer{address};
  group_commit log{[&](const group_commit::group& together) { writer.append_each(together); }};
  return run_producers(events, producers,
                       [&](std::int64_t, const prepared_event& e) { log.append(e); });
}

std::span<const prepared_event> part(const prepared_list& of, std::int64_t from, std::int64_t to) {
  return std::span{of}.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

sample batches_by_engine(const prepared_list& events, const std::string& address) {
  waymark::engine engine{waymark::open(address), silent()};
  return run_batches(static_cast<std::int64_t>(events.size()),
                     [&](std::int64_t from, std::int64_t to) {
                       const auto some = part(events, from, to);
                       auto command = command_of(some.front());
                       for (const auto& e : some.subspan(1))
                         command.events.push_back(waymark::json_event(e.type, e.text));
                       engine.append(std::move(command));
                     });
}

sample batches_by_hand(const prepared_list& events, const std::string& address) {
  postgres_appender writer{address};
  return run_batches(
      static_cast<std::int64_t>(events.size()),
      [&](std::int64_t from, std::int64_t to) { writer.append_together(part(events, from, to)); });
}

sample batches_without_checks(const prepared_list& events, const std::string& address) {
  postgres_appender writer{address};
  std::map<std::string_view, std::int64_t> versions;
  return run_batches(static_cast<std::int64_t>(events.size()),
                     [&](std::int64_t from, std::int64_t to) {
                       const auto some = part(events, from, to);
                       auto& version = versions[some.front().order];
                       writer.insert_together(some, from + 1, version + 1);
                       version += to - from;
                     });
}

} // namespace

std::vector<row> postgres_append_rows() {
  const auto share = row::goal::at_least_of_floor;
  return {{"append PostgreSQL, 1 writer", "events/s", share, 0.8,
           between(engine_with(1), connections(1), 20)},
          {"append PostgreSQL, 64 producers, of 16 connections", "events/s", share, 5,
           between(engine_with(producers), connections(plain_connections), 4)},
          {"append PostgreSQL, 64 producers, of the same groups", "events/s", share, 0.8,
           between(engine_with(producers), groups_by_hand, 2)},
          {"append PostgreSQL, batches of 100", "events/s", share, 0.8,
           between(batches_by_engine, batches_by_hand, 1)},
          {"append PostgreSQL, batches of 100, of a bare INSERT", "events/s",
           row::goal::for_the_record, 0, between(batches_by_engine, batches_without_checks, 1)}};
}

} // namespace bench
