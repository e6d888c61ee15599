#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace examples {

/// A new folder for the files of one run, removed with all that is in it at the end.
class temporary_folder {
 public:
  temporary_folder() {
    auto name =
        (std::filesystem::temp_directory_path() / ("waymark-example-" + std::string(6, 'X')))
            .string();
    if (!mkdtemp(name.data()))
      throw std::system_error{errno, std::generic_category(), "cannot make the folder " + name};
    path_ = name;
  }
  ~temporary_folder() {
    std::error_code ignored;
    if (!kept_)
      std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  /// Leaves it where it is, for whoever wants to look into it.
  void keep() noexcept { kept_ = true; }

  /// The path of a file in it.
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

} // namespace examples
