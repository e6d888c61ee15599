#include "examples/simulated_restart/bank.hpp"

#include <waymark/messages/hash.hpp>

namespace restart {

std::string account_name(int number) {
  return (number < 10 ? "a-0" : "a-") + std::to_string(number);
}

money_moved movement(const std::string& account, std::int64_t version) {
  static constexpr const char* names[] = {"salary", "rent", "food", "gift", "fee"};
  const auto hash = waymark::fnv1a(account + "/" + std::to_string(version));
  return {static_cast<std::int64_t>(hash % 20'001) - 10'000, names[(hash >> 32) % 5]};
}

waymark::new_event movement_event(const std::string& account, std::int64_t version) {
  auto event = waymark::typed_event(movement(account, version));
  event.event_id = waymark::uuid::v5({}, account + "/" + std::to_string(version));
  return event;
}

waymark::projection balances(int shards) {
  return waymark::projection{"balances"}
      .table("CREATE TABLE IF NOT EXISTS balances (account TEXT PRIMARY KEY, cents BIGINT NOT NULL,"
             " movements BIGINT NOT NULL, version BIGINT NOT NULL, disorder BIGINT NOT NULL)")
      .truncate("DELETE FROM balances")
      .shards(shards)
      .on<money_moved>([](waymark::read_model& db, const money_moved& e, const waymark::event& at) {
        db.execute("INSERT INTO balances VALUES ($1, $2, 1, $3, $3 - 1) "
                   "ON CONFLICT (account) DO UPDATE SET cents = balances.cents + $2,"
                   " movements = balances.movements + 1, version = $3,"
                   " disorder = balances.disorder + abs($3 - 1 - balances.version)",
                   at.aggregate_id, e.cents, at.aggregate_version);
      });
}

waymark::projection kinds(int shards) {
  return waymark::projection{"kinds"}
      .table("CREATE TABLE IF NOT EXISTS kinds"
             " (kind TEXT PRIMARY KEY, movements BIGINT NOT NULL, cents BIGINT NOT NULL)")
      .truncate("DELETE FROM kinds")
      .shards(shards)
      .on<money_moved>([](waymark::read_model& db, const money_moved& e) {
        db.execute("INSERT INTO kinds VALUES ($1, 1, $2) ON CONFLICT (kind) DO UPDATE SET"
                   " movements = kinds.movements + 1, cents = kinds.cents + $2",
                   e.kind, e.cents);
      });
}

} // namespace restart
