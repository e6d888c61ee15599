#pragma once

#include <waymark/messages/checkpoint.hpp>

#include <cstddef>
#include <string>

/// The names under which actors find each other in the directory; children have the same names in
/// the supervision tree.
namespace waymark::roles {

// Not std::string: an actor that hangs may still look while the process ends.
inline constexpr const char* root = "root";
inline constexpr const char* coordinator = "coordinator";
inline constexpr const char* event_log = "event_log";
inline constexpr const char* append = "append";
inline constexpr const char* checkpoint = "checkpoint";
inline constexpr const char* dead_letter = "dead_letter";
inline constexpr const char* watchdog = "watchdog";
inline constexpr const char* interrupts = "interrupts";
inline constexpr const char* alarms = "alarms";
inline constexpr const char* sessions = "sessions"; ///< Their supervisor; not in the directory.

/// The pool of sessions of the i-th store.
inline std::string session_pool(int store) {
  return "session_pool/" + std::to_string(store);
}

/// The i-th session of a pool, from 1 on.
inline std::string session(const std::string& pool, std::size_t i) {
  return pool + "." + std::to_string(i);
}

/// Who renews the claims in the i-th store.
inline std::string renewal(int store) {
  return "renewal/" + std::to_string(store);
}

/// The actor of one shard of a projection.
inline std::string projection(const shard_key& key) {
  return "projection/" + to_string(key);
}

} // namespace waymark::roles
