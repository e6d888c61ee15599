#pragma once

#include <waymark/messages/event.hpp>

#include <cstdint>
#include <string>

namespace waymark::loss {

/// What every process of a run knows.
struct settings {
  std::string address;
  std::string schema;
  std::string folder; ///< Where they leave what they saw, and where "stop" says how far to read.
  int writers = 16;
  int readers = 4;
  std::int64_t events = 200'000;
  std::uint64_t seed = 1;
  bool canary = false; ///< The readers are wrong, and the run succeeds if that is found out.
};

/// An event that was seen, or acknowledged, or rolled back (position 0).
struct sighting {
  position_t position = 0;
  uuid id;
};

[[nodiscard]] inline std::string file_of(const settings& all, const std::string& role, int index) {
  return all.folder + "/" + role + "-" + std::to_string(index);
}

[[nodiscard]] inline std::string stop_file(const settings& all) {
  return all.folder + "/stop";
}

} // namespace waymark::loss
