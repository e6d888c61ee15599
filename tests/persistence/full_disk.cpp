// Loaded into the tests' server before all else (LD_PRELOAD): while the file named by
// WAYMARK_FULL_DISK is there, its databases' files can't grow, as on a full disk, whose blocks that
// are there can be written still. Needs no right to mount anything.
#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

bool would_grow(int fd, off_t end) {
  static const char* const flag = std::getenv("WAYMARK_FULL_DISK");
  if (flag == nullptr || ::access(flag, F_OK) != 0)
    return false;
  char link[64], path[512];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const auto length = ::readlink(link, path, sizeof path - 1);
  if (length <= 0)
    return false;
  path[length] = '\0';
  struct stat found {};
  return std::strstr(path, "/base/") != nullptr && ::fstat(fd, &found) == 0 &&
         end > found.st_size;
}

template <class Function>
Function next(Function, const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

off_t size_of(const iovec* parts, int count) {
  std::size_t result = 0;
  for (int i = 0; i < count; ++i)
    result += parts[i].iov_len;
  return static_cast<off_t>(result);
}

int full() {
  errno = ENOSPC;
  return -1;
}

} // namespace

// Each under both of its names, for small files and for large ones.
#define WAYMARK_WRITES(pwrite_, pwritev_, fallocate_)                                              \
  extern "C" ssize_t pwrite_(int fd, const void* from, size_t count, off_t at) {                   \
    static const auto real = next(&pwrite_, #pwrite_);                                             \
    return would_grow(fd, at + static_cast<off_t>(count)) ? full() : real(fd, from, count, at);    \
  }                                                                                                \
  extern "C" ssize_t pwritev_(int fd, const iovec* parts, int count, off_t at) {                   \
    static const auto real = next(&pwritev_, #pwritev_);                                           \
    return would_grow(fd, at + size_of(parts, count)) ? full() : real(fd, parts, count, at);       \
  }                                                                                                \
  extern "C" int fallocate_(int fd, off_t at, off_t count) {                                       \
    static const auto real = next(&fallocate_, #fallocate_);                                       \
    return would_grow(fd, at + count) ? ENOSPC : real(fd, at, count);                              \
  }

WAYMARK_WRITES(pwrite, pwritev, posix_fallocate)
WAYMARK_WRITES(pwrite64, pwritev64, posix_fallocate64)
