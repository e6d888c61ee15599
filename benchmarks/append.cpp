#include "benchmarks/appenders.hpp"
#include "benchmarks/engines.hpp"
#include "benchmarks/group_commit.hpp"
#include "benchmarks/row.hpp"

#include <functional>
#include <stdexcept>

namespace bench {

namespace {

/// An empty log, with waymark's tables in it.
std::string new_log(const setting& in) {
  auto file = in.empty_file("appended");
  static_cast<void>(waymark::open("sqlite:" + file));
  return file;
}

void check_log(const std::string& file, std::int64_t events) {
  if (waymark::open("sqlite:" + file).events->head() != events)
    throw std::runtime_error{"the log does not hold what was appended"};
}

contest producers_contest(setting& in) {
  const auto events =
      std::make_shared<const prepared_list>(prepared_events(in.events(), in.streams()));
  return {[&in, events] {
            const auto file = new_log(in);
            sample result;
            {
              waymark::engine engine{waymark::open("sqlite:" + file), silent()};
              result =
                  run_producers(*events, producers, [&](std::int64_t, const prepared_event& e) {
                    engine.append(command_of(e));
                  });
            }
            check_log(file, in.events());
            return result;
          },
          [&in, events] {
            const auto file = new_log(in);
            sample result;
            {
              hand_appender writer{file};
              group_commit log{[&](const group_commit::group& together) {
                writer.begin();
                for (const auto* each : together)
                  writer.append(each->order, each->type, each->text);
                writer.commit();
              }};
              result = run_producers(*events, producers,
                                     [&](std::int64_t, const prepared_event& e) { log.append(e); });
            }
            check_log(file, in.events());
            return result;
          }};
}

contest batches_contest(setting& in) {
  const auto events =
      std::make_shared<const prepared_list>(prepared_events(in.events(), in.streams()));
  const auto at = [events](std::int64_t n) -> const prepared_event& {
    return (*events)[static_cast<std::size_t>(n)];
  };
  return {[&in, at] {
            const auto file = new_log(in);
            sample result;
            {
              waymark::engine engine{waymark::open("sqlite:" + file), silent()};
              result = run_batches(in.events(), [&](std::int64_t n, std::int64_t end) {
                auto command = command_of(at(n));
                while (++n < end)
                  command.events.push_back(waymark::json_event(at(n).type, at(n).text));
                engine.append(std::move(command));
              });
            }
            check_log(file, in.events());
            return result;
          },
          [&in, at] {
            const auto file = new_log(in);
            sample result;
            {
              hand_appender log{file};
              result = run_batches(in.events(), [&](std::int64_t n, std::int64_t end) {
                log.begin();
                const auto& order = at(n).order;
                for (auto version = log.next_version(order); n < end; ++n, ++version)
                  log.append(order, at(n).type, at(n).text, version);
                log.commit();
              });
            }
            check_log(file, in.events());
            return result;
          }};
}

} // namespace

std::vector<row> append_rows() {
  return {{"append SQLite, 64 producers", "events/s", row::goal::at_least_of_floor, 0.8,
           producers_contest},
          {"append SQLite, batches of 100", "events/s", row::goal::at_least_of_floor, 0.7,
           batches_contest}};
}

} // namespace bench
