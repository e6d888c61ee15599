#pragma once

#include "tests/persistence/kept_in.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace waymark::test {

/// A folder that goes away with this object.
class temporary_folder {
 public:
  temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "waymark-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error{"can't make a temporary folder"};
    path_ = name;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
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
  std::filesystem::path path_;
};

} // namespace waymark::test
