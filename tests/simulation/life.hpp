#pragma once

#include "persistence/process_witness.hpp"
#include "tests/simulation/mutants.hpp"

#include <waymark/messages/error.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace waymark::sim {

/// Thrown through whatever a process does as it dies; nobody is left to be told.
struct process_died final : store_error {
  process_died() : store_error{"the process is dead"} {}
};

/// One life of a process. Once it is over, nothing that the process does has any effect.
struct life {
  /// An attempt under way that notes what becomes of it, as crash_record.hpp does.
  struct attempt {
    shard_key key;
    position_t position = 0;
    int depth = 0; ///< How many other jobs this one runs in the midst of.
    std::chrono::milliseconds ran{0};
  };
  std::string owner;
  bool over = false;
  std::vector<attempt> attempts;

  void forget(const shard_key& key) {
    std::erase_if(attempts, [&](const attempt& each) { return each.key == key; });
  }
};

/// Whose job runs just now.
struct spotlight {
  life* process = nullptr; ///< Null between two jobs.
  shard_key key;
  std::int64_t claim = 0; ///< One number for each claim; 0: nobody waits for the job any more.
  bool replays = false;
  int depth = 0;
};

/// All processes that ever were, and what is known of their ends: everything on one host, and
/// nothing on another one.
class graveyard final : public process_witness {
 public:
  explicit graveyard(mutant which) : which_{which} {}
  graveyard(const graveyard&) = delete;
  graveyard& operator=(const graveyard&) = delete;

  bool on_one_host = true;

  [[nodiscard]] life& born(const std::string& owner);
  /// By a signal in the attempt at `depth`, or by one from outside, which nobody records.
  void dies(life& who, const std::string& signal = {}, int depth = 0);

  [[nodiscard]] std::optional<bool> lives(std::string_view owner) const override;
  /// What the code under test is told.
  [[nodiscard]] std::optional<process_end> end_of(std::string_view owner, const shard_key& key,
                                                  position_t position) const override;
  [[nodiscard]] process_end truth_of(std::string_view owner, const shard_key& key,
                                     position_t position) const;

 private:
  struct grave {
    life who;
    std::map<std::pair<shard_key, position_t>, process_end> ends;
  };
  mutant which_;
  std::map<std::string, grave, std::less<>> graves_;
};

} // namespace waymark::sim
