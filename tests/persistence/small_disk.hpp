#pragma once

#include "tests/catch.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <fstream>

#include <sys/mount.h>

namespace waymark::test {

/// A file system of one MiB in a folder of its own, which goes away with this object.
class small_disk {
 public:
  explicit small_disk(const temporary_folder& in) : path_{in.file("disk")} {
    std::filesystem::create_directory(path_);
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~small_disk() {
    if (mounted_)
      ::umount2(path_.c_str(), MNT_DETACH);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// Whether this user may make one.
  [[nodiscard]] bool there() const { return mounted_; }
  /// Says to ctest that it may not; see waymark_mount_test.
  void skip() const { WARN("SKIPPED: this user may not mount " << path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// Fills what is left.
  void fill() const {
    std::ofstream filler{file("filler"), std::ios::binary};
    const std::string block(4096, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void make_room() const { std::filesystem::remove(file("filler")); }

  [[nodiscard]] bool make_read_only() const {
    return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "") == 0;
  }

 private:
  std::string path_;
  bool mounted_ = false;
};

} // namespace waymark::test
