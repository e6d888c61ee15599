#pragma once

#include "tests/simulation/marker_book.hpp"
#include "tests/simulation/producer.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/simulation/transaction.hpp"

#include <waymark/persistence/projection_store.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace waymark::sim {

/// What the chronicle knows of one shard: a fold of what was committed, made without any of the
/// code under test.
struct shard_history {
  struct letter {
    std::int64_t id = 0;
    std::size_t attempts = 0;
  };
  position_t position = 0;
  std::int64_t generation = 0;
  int shards = 1;
  std::int64_t handled = 0;
  std::optional<uuid> last_handled;
  std::map<position_t, letter> letters;               ///< Those that stand.
  std::map<std::string, std::set<position_t>> parked; ///< By key.
  std::map<position_t, settle_verb> settled;          ///< Letters that were settled, and how.
  std::map<std::string, position_t> last_of_key;      ///< The last effect.
  std::int64_t replayed = 0;                          ///< Events, over all generations.
  std::int64_t discarded = 0;

  /// Whether the event is parked, and nothing of its key is parked before it.
  [[nodiscard]] bool stands_first(const std::string& key, position_t at) const;
  [[nodiscard]] bool is_parked(const std::string& key, position_t at) const;
  [[nodiscard]] std::int64_t parked_events() const;
};

/// Judges each transaction at the moment it takes effect, whatever its caller is told: each event
/// of a shard is handled once and in the order of its key, or parked behind one that was given up,
/// or given up as the policy says; a replay takes the first event of its key, and nothing else
/// (guarantees G2, G4, G5). What is left in the stores can then be compared with it, exactly.
class chronicle {
 public:
  chronicle(trace& told, const std::vector<projection_plan>& plans, const marker_book& markers)
      : trace_{told}, plans_{plans}, markers_{markers} {}

  /// Where the events are found.
  const producer* log = nullptr;
  /// Operators said that a stopped projection may pass these.
  std::set<std::pair<std::string, position_t>> discarded_by_word;

  void granted(const projection_store& in, const checkpoint& record);
  /// `in` is read: it gives letters their ids.
  void committed(projection_store& in, const transaction& what);
  void reset(const projection_store& in, const std::string& projection,
             const std::vector<checkpoint>& records);

  [[nodiscard]] const shard_history& of(const projection_store& in, const shard_key& key) const;
  /// Effects of all shards, in the order in which they were committed.
  [[nodiscard]] const std::vector<position_t>& effects(const projection_store& in,
                                                       const std::string& projection) const;

  [[nodiscard]] static bool belongs(const projection_plan& plan, const shard_history& shard,
                                    int number, const written_event& e);
  /// Says that a promise is broken, and about which event.
  void broken(const char* guarantee, const projection_plan& plan, position_t at,
              const std::string& what) const;

 private:
  /// A transaction while it is judged: what was not accounted for yet.
  struct open_case {
    const projection_plan& plan;
    shard_history& shard;
    std::vector<position_t>& effects;
    const transaction& what;
    const projection_store& in;
    std::size_t next_effect = 0;
    std::size_t next_parked = 0;
    std::int64_t handled = 0;
    const written_event* last = nullptr;
  };

  void judge_live(open_case& c);
  void judge_event(open_case& c, const written_event& e);
  void judge_given_up(open_case& c, const written_event& e, const dead_letter& letter);
  void judge_reason(const open_case& c, const written_event& e, const dead_letter& letter);
  void judge_parking(const open_case& c, const std::string& key, position_t at);
  void judge_replay(open_case& c);
  void judge_attempt(open_case& c);
  void judge_new_letter(const open_case& c, const written_event& e, const dead_letter& letter);
  void judge_settled(open_case& c);
  void take_effect(open_case& c, const written_event& e);
  void require_accounted(const open_case& c);
  [[nodiscard]] const projection_plan& plan_of(const std::string& projection) const;

  trace& trace_;
  const std::vector<projection_plan>& plans_;
  const marker_book& markers_;
  std::map<std::pair<const projection_store*, shard_key>, shard_history> shards_;
  std::map<std::pair<const projection_store*, std::string>, std::vector<position_t>> effects_;
};

} // namespace waymark::sim
