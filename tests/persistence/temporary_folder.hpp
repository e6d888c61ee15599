#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

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

/// A store together with the folder it stands in, which goes away after it.
template <class Store>
std::shared_ptr<Store> kept_in(std::shared_ptr<temporary_folder> folder,
                               std::shared_ptr<Store> store) {
  auto* const plain = store.get();
  return std::shared_ptr<Store>{
      plain, [folder = std::move(folder), store = std::move(store)](Store*) mutable {
        store.reset();
        folder.reset();
      }};
}

} // namespace waymark::test
