#pragma once

#include "tests/simulation/life.hpp"
#include "tests/simulation/trace.hpp"

#include <waymark/persistence/projection_store.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace waymark::sim {

/// Keeps count of the markers, and of the processes that ended with one of theirs open, beside the
/// stores (guarantee G5): which event is to blame follows from that, and from nothing else.
class marker_book {
 public:
  /// One event's marker as it has to stand in the store.
  struct marker {
    position_t position = 0;
    std::int64_t generation = 0;
    std::optional<std::string> owner;
    end_counts counts;
    bool forgiven = false; ///< By an operator, who wants its handler to run again.
  };
  using place = std::pair<const projection_store*, shard_key>;

  explicit marker_book(trace& told, const graveyard& dead) : trace_{told}, dead_{dead} {}

  void begun(const place& where, const attempt_marker& subject, std::int64_t generation,
             const std::string& owner);
  void ended(const place& where);
  void cleared(const place& where) { markers_.erase(where); }
  void granted(const place& where, const checkpoint& before, const claim_request& by,
               const claim_result& result);
  void reset(const projection_store& in, const std::string& projection);

  /// An operator's word: handlers of this projection may run where processes ended before.
  void forgive(const std::string& projection);
  /// Whether an event may be taken to be what ends processes.
  [[nodiscard]] bool may_be_blamed(const place& where, position_t at, int max_crashes) const;
  /// A handler has ended the process. Says so if this should have been known before.
  void killed(const place& where, position_t at, int max_crashes, bool replays);

  [[nodiscard]] const marker* find(const place& where) const;

 private:
  trace& trace_;
  const graveyard& dead_;
  std::map<place, marker> markers_;
  /// What an owner's claim has told it; a replay's marker has taken its place in the store since.
  std::map<place, marker> known_;
  std::map<std::pair<std::string, position_t>, int> unmarked_; ///< Deaths without a marker.
};

} // namespace waymark::sim
