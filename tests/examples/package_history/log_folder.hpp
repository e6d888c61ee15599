#pragma once

#include "tests/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <zlib.h>

/// A folder for log files, gone with its owner.
class log_folder {
 public:
  log_folder() {
    auto name = (std::filesystem::temp_directory_path() / "package_history.").string() +
                std::string(6, 'X');
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~log_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  log_folder(const log_folder&) = delete;
  log_folder& operator=(const log_folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{path_ / name, std::ios::binary} << text;
    return (path_ / name).string();
  }

  std::string write_gz(const std::string& name, const std::string& text) const {
    const auto path = (path_ / name).string();
    auto* file = ::gzopen(path.c_str(), "wb");
    REQUIRE(file != nullptr);
    REQUIRE(::gzwrite(file, text.data(), static_cast<unsigned>(text.size())) ==
            static_cast<int>(text.size()));
    REQUIRE(::gzclose(file) == Z_OK);
    return path;
  }

 private:
  std::filesystem::path path_;
};
