#pragma once

#include "tests/persistence/kept_in.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::test {

/// A folder that goes away with this object. It is locked as long as its process lives; those that
/// killed processes have left are removed by the next that makes one.
class temporary_folder {
 public:
  temporary_folder() {
    static const auto root = clean_root();
    auto name = (root / "XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error{"can't make a temporary folder in " + root.string()};
    path_ = name;
    locked_ = lock(path_);
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    ::close(locked_);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name = "test.db") const {
    return (path_ / name).string();
  }
  [[nodiscard]] std::string address(const std::string& name = "test.db") const {
    return "sqlite:" + file(name);
  }

 private:
  /// A descriptor that locks the folder; -1 if somebody else has locked it.
  static int lock(const std::filesystem::path& folder) {
    const int found = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (found >= 0 && ::flock(found, LOCK_EX | LOCK_NB) != 0) {
      ::close(found);
      return -1;
    }
    return found;
  }

  static std::filesystem::path clean_root() {
    namespace fs = std::filesystem;
    using clock = fs::file_time_type::clock;
    const auto root = fs::temp_directory_path() / ("waymark-tests-" + std::to_string(::geteuid()));
    ::mkdir(root.c_str(), 0755); // programs of other users are let in by some tests
    std::error_code problem;
    for (fs::directory_iterator each{root, problem}, end; each != end; each.increment(problem)) {
      std::error_code gone;
      const auto made = each->last_write_time(gone); // one just made may not be locked yet
      if (gone || clock::now() - made < std::chrono::minutes{1})
        continue;
      if (const int unused = lock(each->path()); unused >= 0) {
        fs::remove_all(each->path(), gone);
        ::close(unused);
      }
    }
    return root;
  }

  std::filesystem::path path_;
  int locked_ = -1;
};

} // namespace waymark::test
