#pragma once

#include <waymark/messages/error.hpp>

namespace waymark::node {

/// What the program tells the shell.
enum class exit_status : int {
  done = 0,
  failed = 1, ///< The work was begun and failed.
  usage = 2,  ///< Wrong usage or configuration; nothing was done.
  nobody = 3  ///< Nothing to talk to: no node runs, no store is there.
};

/// A command throws this to end with exit_status::nobody and its text. Of the other errors a
/// `usage_error` ends with `usage` and anything else with `failed`.
class nobody_there : public error {
 public:
  using error::error;
};

} // namespace waymark::node
