#include "node/socket_path.hpp"

#include "node/node_lock.hpp"

#include <waymark/messages/hash.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace waymark::node {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest = 107;

/// The socket's, were it not too long for one.
std::string full_path(const configuration& of) {
  if (!of.socket.empty())
    return of.socket;
  std::error_code problem;
  const auto file = fs::weakly_canonical(of.file, problem); // a pipe has no such name
  return (problem ? fs::absolute(of.file) : file).string() + ".sock";
}

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

std::string lock_path(const configuration& of) {
  return full_path(of) + ".lock";
}

std::string socket_of_node(const configuration& of) {
  const auto written = socket_in_lock(lock_path(of));
  return written ? *written : socket_path(of);
}

std::optional<std::string> mistake_in_socket(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || S_ISSOCK(found.st_mode))
    return std::nullopt;
  return path + " is there and is no socket; expected a path of its own for the node's socket";
}

void remove_socket(const std::string& path) noexcept {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode))
    ::unlink(path.c_str());
}

std::string socket_path(const configuration& of) {
  const auto path = full_path(of);
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
