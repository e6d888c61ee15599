#pragma once

#include <cstdint>
#include <string>

namespace restart {

struct options {
  int kills = 50;
  std::uint64_t seed = 0; ///< Random unless given.
  int shards = 1;
  std::string program = "/proc/self/exe"; ///< What the children run.
  bool help = false;
  std::string child; ///< The database, if this process is the child.
};

/// @throws std::invalid_argument that says what is wrong.
[[nodiscard]] options parse(int argc, char** argv);

extern const char* const usage;

} // namespace restart
