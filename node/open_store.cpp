#include "node/open_store.hpp"

#include "node/exit_status.hpp"

namespace waymark::node {

store open_log(const std::string& address, if_missing missing) {
  if (address == "memory:")
    throw usage_error{"a log in memory: ends with this program; name a sqlite:FILE or a "
                      "postgresql://… address"};
  open_options options;
  options.create = missing == if_missing::create;
  try {
    return open(address, options);
  } catch (const store_error& e) {
    throw nobody_there{e.what()};
  }
}

} // namespace waymark::node
