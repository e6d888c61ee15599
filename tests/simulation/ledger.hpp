#pragma once

#include "tests/simulation/chronicle.hpp"
#include "tests/simulation/marker_book.hpp"
#include "tests/simulation/trace.hpp"

#include <waymark/persistence/projection_store.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace waymark::sim {

/// Watches what really took effect on checkpoints, whatever its caller was told, and says at once
/// when a stale owner wrote or an epoch went back (guarantee G3). What was written goes on into the
/// chronicle. Stores are told apart by their address.
class ledger {
 public:
  ledger(trace& told, chronicle& into, marker_book& markers)
      : trace_{told}, chronicle_{into}, markers_{markers} {}

  const projection_store* durable = nullptr; ///< The one that has markers.

  /// `before`: the record before, if there was one.
  void granted(const projection_store& in, const std::optional<checkpoint>& before,
               const claim_request& by, const claim_result& result);
  void marked(const projection_store& in, const ownership& by, const attempt_marker& subject,
              const life& process);
  void unmarked(const projection_store& in, const ownership& by);
  void committed(projection_store& in, const transaction& what);
  void wrote(const projection_store& in, const ownership& by, const char* what);
  /// After a reset: `records` is what the store has now.
  void reset(const projection_store& in, const std::string& projection,
             const std::vector<checkpoint>& records);

 private:
  struct row {
    std::int64_t epoch = 0;
    position_t position = 0;
  };
  row& of(const projection_store& in, const shard_key& key) { return rows_[{&in, key}]; }
  void require_current(const row& known, const ownership& by, const char* what);

  trace& trace_;
  chronicle& chronicle_;
  marker_book& markers_;
  std::map<std::pair<const projection_store*, shard_key>, row> rows_;
};

} // namespace waymark::sim
