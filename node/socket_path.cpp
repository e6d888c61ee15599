#include "node/socket_path.hpp"

#include <waymark/messages/hash.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace waymark::node {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest = 107;

/// A folder in /tmp may have been made by somebody else; only the user's own is taken.
std::string own_folder() {
  const auto folder = "/tmp/waymark-" + std::to_string(::getuid());
  struct stat found {};
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw error{"can't make " + folder + ": " + std::strerror(errno)};
  if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) ||
      found.st_uid != ::getuid() || (found.st_mode & 077) != 0)
    throw error{folder + " is not a folder of yours alone (mode 0700); give the configuration a "
                         "\"socket\" elsewhere"};
  return folder;
}

} // namespace

std::string socket_path(const configuration& of) {
  const auto path = of.socket.empty() ? fs::weakly_canonical(of.file).string() + ".sock"
                                      : of.socket;
  if (path.size() <= longest)
    return path;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  const auto name = "waymark-" + hex(fnv1a(path)) + ".sock";
  const auto short_path = (runtime != nullptr ? std::string{runtime} : "") + "/" + name;
  if (runtime != nullptr && *runtime == '/' && short_path.size() <= longest)
    return short_path;
  return own_folder() + "/" + name;
}

} // namespace waymark::node
