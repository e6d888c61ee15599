#pragma once

#include <waymark/messages/checkpoint.hpp>

#include <string>

/// The names under which actors find each other in the directory; children have the same names in
/// the supervision tree.
namespace waymark::roles {

inline const std::string root = "root";
inline const std::string coordinator = "coordinator";
inline const std::string event_log = "event_log";
inline const std::string append = "append";
inline const std::string checkpoint = "checkpoint";
inline const std::string dead_letter = "dead_letter";

/// The pool of sessions of the i-th store.
inline std::string session_pool(int store) {
  return "session_pool/" + std::to_string(store);
}

/// The actor of one shard of a projection.
inline std::string projection(const shard_key& key) {
  return "projection/" + to_string(key);
}

} // namespace waymark::roles
