#include "apps/loss_harness/roles.hpp"

#include "apps/loss_harness/session.hpp"

#include <waymark/persistence/store.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

namespace waymark::loss {

namespace {

using namespace std::chrono_literals;

class recorder {
 public:
  recorder(const settings& all, const std::string& role, int index)
      : file_{file_of(all, role, index), std::ios::binary} {}

  void add(position_t position, const uuid& id) {
    const sighting seen{position, id};
    file_.write(reinterpret_cast<const char*>(&seen), sizeof seen);
  }

 private:
  std::ofstream file_;
};

class writer {
 public:
  writer(const settings& all, int index)
      : all_{all}, random_{all.seed * 1000 + static_cast<std::uint64_t>(index)},
        store_{open(all.address)}, own_{all.address}, acknowledged_{all, "acknowledged", index},
        rolled_back_{all, "rolled-back", index} {}

  /// @returns how many events it appended.
  std::int64_t next() {
    const auto kind = below(1000);
    if (kind < 50)
      return in_own_transaction(true, 0ms);
    if (kind < 55)
      return in_own_transaction(false, std::chrono::milliseconds{below(30)});
    return by_store(kind < 500 ? 1 : 2 + below(18));
  }

 private:
  int below(int n) { return std::uniform_int_distribution{0, n - 1}(random_); }

  std::int64_t by_store(int count) {
    append_command command{{"Thing", std::to_string(below(1000))}, any_version, {}};
    for (int i = 0; i < count; ++i) {
      auto e = json_event("Happened", R"({"text": "about two hundred bytes, as events go"})");
      e.event_id = uuid::v7();
      command.events.push_back(std::move(e));
    }
    const auto answer = store_.events->append(command);
    for (int i = 0; i < count; ++i)
      acknowledged_.add(answer.first_position + i,
                        *command.events[static_cast<std::size_t>(i)].event_id);
    return count;
  }

  std::int64_t in_own_transaction(bool roll_back, std::chrono::milliseconds pause) {
    const auto id = uuid::v7();
    own_.run("BEGIN");
    const auto position = own_.run("SELECT " + all_.schema + ".append_event('Thing', '" +
                                   std::to_string(below(1000)) +
                                   "', 'Happened', '{}', event_id => '" + id.to_string() + "')");
    std::this_thread::sleep_for(pause);
    own_.run(roll_back ? "ROLLBACK" : "COMMIT");
    (roll_back ? rolled_back_ : acknowledged_).add(std::stoll(position), id);
    return roll_back ? 0 : 1;
  }

  const settings& all_;
  std::mt19937_64 random_;
  store store_;
  session own_;
  recorder acknowledged_;
  recorder rolled_back_;
};

/// How far to read; 0 as long as nobody knows.
position_t last_position(const settings& all) {
  position_t last = 0;
  std::ifstream{stop_file(all)} >> last;
  return last;
}

bool stopping(const settings& all) {
  return std::filesystem::exists(stop_file(all));
}

} // namespace

void write(const settings& all, int index) {
  writer it{all, index};
  std::int64_t left = all.events / all.writers + 1;
  while (left > 0)
    left -= it.next();
}

void read(const settings& all, int index) {
  const auto log = open(all.address).events;
  recorder seen{all, "seen", index};
  position_t after = 0;
  for (;;) {
    const auto last = last_position(all);
    if (last > 0 && after >= last)
      return;
    (void)log->wait_for(after, 50ms);
    const auto page = log->read_all(after, {.max_events = all.canary ? 10u : 1000u});
    for (const auto& e : page.events)
      seen.add(e.position, e.event_id);
    after = all.canary ? page.head : page.scanned_to; // as if all up to the head were on the page
  }
}

void dawdle(const settings& all) {
  session own{all.address};
  own.run("SET client_min_messages = error; CREATE TABLE IF NOT EXISTS " + all.schema +
          ".loss_harness_notes (note text)");
  while (!stopping(all)) {
    own.run("BEGIN; INSERT INTO " + all.schema + ".loss_harness_notes VALUES ('unrelated')");
    for (int i = 0; i < 40 && !stopping(all); ++i)
      std::this_thread::sleep_for(50ms);
    own.run("COMMIT");
  }
}

void write_elsewhere(const settings& all, const std::string& address) {
  const auto log = open(address).events;
  while (!stopping(all))
    log->append({{"Thing", "elsewhere"}, any_version, {json_event("Happened", "{}")}});
}

} // namespace waymark::loss
