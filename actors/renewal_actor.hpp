#pragma once

#include "actors/board.hpp"
#include "actors/caf.hpp"
#include "actors/claimed_stores.hpp"
#include "actors/directory.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace waymark {

struct renewal_options {
  std::shared_ptr<projection_store> store;
  std::shared_ptr<const claimed_stores> claims; ///< Nothing is renewed while it is none of them.
  std::shared_ptr<const board> shown;      ///< Which claims there are, as their holders believe.
  std::shared_ptr<const directory> others; ///< Where those are found.
  std::string owner;
  std::chrono::milliseconds interval{2'500};
};

/// Renews the claims of `owner` in one store, by one statement for all of them. It has a thread of
/// its own (detached), and so waits neither for handlers nor for other jobs, however long they
/// take. The next renewal comes an interval after the last has come back: at a store that hangs
/// they do not pile up. A projection whose claim is not there any more gets (fenced_atom, epoch):
/// an idle one would notice at its next event only. What it owns for a projection that was stopped
/// without a release is released here.
caf::actor spawn_renewal(caf::local_actor& host, renewal_options options);

} // namespace waymark
