#include "node/node_stores.hpp"

#include "node/exit_status.hpp"

#include <filesystem>
#include <vector>

namespace waymark::node {

node_stores::node_stores(const configuration& from, bool create)
    : log_{from.store}, names_{from.read_models} {
  open_options options;
  options.create = create;
  options.poll_interval = from.engine.poll_interval;
  add(log_, options);
  for (const auto& [name, address] : names_)
    add(address, options);
}

void node_stores::add(const std::string& address, const open_options& options) {
  if (!opened_.contains(address))
    opened_.emplace(address, open(address, options));
}

const store& node_stores::of_read_model(const std::string& name) const {
  return name.empty() ? log() : opened_.at(names_.at(name));
}

bool is_yet_to_be_made(const std::string& address) {
  constexpr std::string_view sqlite{"sqlite:"};
  std::error_code ignored;
  return address.starts_with(sqlite) &&
         !std::filesystem::exists(address.substr(sqlite.size()), ignored);
}

node_stores open_existing(const configuration& of) {
  std::vector<std::string> addresses{of.store};
  for (const auto& [name, address] : of.read_models)
    addresses.push_back(address);
  for (const auto& each : addresses)
    if (is_yet_to_be_made(each))
      throw nobody_there{each + " is not there yet: nothing has run so far"};
  try {
    return {of, false};
  } catch (const store_error& e) {
    throw nobody_there{e.what()};
  }
}

} // namespace waymark::node
