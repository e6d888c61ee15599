#pragma once

#include "node/configuration/configuration.hpp"

#include <waymark/persistence/store.hpp>

#include <map>
#include <memory>
#include <string>

namespace waymark::node {

/// The databases of a configuration, each opened once however many names it has.
class node_stores {
 public:
  /// Opens all of them. With `create` false, what is not there yet is not made.
  /// @throws store_error, incompatible_store, usage_error, each with the place in the
  ///   configuration.
  node_stores(const configuration& from, bool create);

  [[nodiscard]] const store& log() const { return opened_.at(log_); }

  /// Where a projection's records and tables are; an empty name means the log's store.
  [[nodiscard]] const store& of_read_model(const std::string& name) const;

 private:
  void add(const std::string& address, const open_options& options);

  std::string log_;
  std::map<std::string, std::string> names_;
  std::map<std::string, store> opened_; ///< By address.
};

/// Whether the database at an address is not there yet: a file that does not exist.
[[nodiscard]] bool is_yet_to_be_made(const std::string& address);

/// Opens what is there already, for a command that speaks with the stores, whether a node runs or
/// not.
/// @throws nobody_there if one is not there, or can't be reached.
[[nodiscard]] node_stores open_existing(const configuration& of);

} // namespace waymark::node
