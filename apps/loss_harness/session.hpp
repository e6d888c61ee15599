#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace waymark::loss {

/// A connection of a user of the server, who knows nothing of waymark but its SQL functions.
class session {
 public:
  /// @param address as waymark takes it. @throws std::runtime_error.
  explicit session(const std::string& address);

  /// The first value of the answer; empty if there is none. @throws std::runtime_error.
  std::string run(const std::string& sql);

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> on_;
};

} // namespace waymark::loss
