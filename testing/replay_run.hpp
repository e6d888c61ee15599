#pragma once

#include "testing/breaking_store.hpp"

#include <waymark/testing/check_replay.hpp>

#include <memory>
#include <string>
#include <vector>

namespace waymark::testing {

/// One way to get from a log to a read model.
struct replay_plan {
  std::vector<std::size_t> sizes; ///< Of the pages; the last one goes on for ever.
  breakage what = breakage::none;
  int at = 0;         ///< See breaking_store.
  bool again = false; ///< Reset at the end and replay everything once more.
};

/// What a run came to.
struct replay_outcome {
  std::string read_model; ///< Or, in words, why the run did not end.
  std::string how;
  int steps = 0; ///< That the run passed.
};

/// What every run has in common.
struct replay_subject {
  const std::function<spec_ptr()>& make;
  const detail::state_text& state; ///< Empty: look at the tables.
  event_store& log;
};

/// Carries a plan out on a new, empty projection store.
[[nodiscard]] replay_outcome carry_out(const replay_subject& subject, const replay_plan& plan);

} // namespace waymark::testing
