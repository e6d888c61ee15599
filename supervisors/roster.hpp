#pragma once

#include "supervisors/child_spec.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace waymark {

/// The children of one supervisor, in start order. They stand outside of the actor because they
/// outlive it: a supervisor that is restarted starts the children that were added to its
/// predecessor, and leaves those alone that were stopped by name. Thread-safe.
class roster {
 public:
  struct listed {
    child_spec spec;
    bool stopped = false; ///< By name: not to be started with the others.
  };

  /// `order` names children that belong here, in the order in which they are started; they come
  /// before all others whenever they are added.
  explicit roster(std::vector<std::string> order = {});

  /// Adds a child where it belongs: to a nested supervisor that has it in its order, else here.
  /// Throws usage_error if there is a child of that name.
  void add(child_spec spec);

  /// Removes a child of this supervisor or of one below.
  void remove(const std::string& name);
  /// Marks a child of this supervisor.
  void mark_stopped(const std::string& name, bool stopped);

  /// Whether a child of this name is, or belongs, in this supervisor or below.
  [[nodiscard]] bool knows(const std::string& name) const;

  /// The children of this supervisor itself.
  [[nodiscard]] std::vector<listed> children() const;

  /// How long an orderly stop of all children may take, one after the other.
  [[nodiscard]] std::chrono::milliseconds shutdown() const;

 private:
  [[nodiscard]] std::size_t rank(const std::string& name) const;

  const std::vector<std::string> order_;
  mutable std::mutex mutex_;
  std::vector<listed> entries_;
};

/// How long a child may take to end: its own deadline, or what its children may take and a second.
[[nodiscard]] std::chrono::milliseconds shutdown_of(const child_spec& spec);

} // namespace waymark
