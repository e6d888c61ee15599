#include "node/operator_name.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

namespace waymark::node {

std::string operator_name() {
  const auto* const entry = ::getpwuid(::geteuid());
  auto name = entry != nullptr ? std::string{entry->pw_name}
                               : "user " + std::to_string(::geteuid());
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0')
    name += std::string{"@"} + host.data();
  return name;
}

} // namespace waymark::node
