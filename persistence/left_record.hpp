#pragma once

#include "persistence/crash_page.hpp"

#include <array>
#include <string>

namespace waymark {

/// The crash record of another process, in a file that its process keeps locked as long as it
/// lives. Used by one thread; several processes may be at the same file.
class left_record {
 public:
  /// A file that is not there, or can't be read, is one that nothing is known of.
  explicit left_record(std::string path);
  ~left_record();
  left_record(const left_record&) = delete;
  left_record& operator=(const left_record&) = delete;

  /// What it holds now; null if it is no such record.
  [[nodiscard]] crash_page* read();

  /// Makes it this object's to change. False if it is not there, its process lives, or somebody
  /// else is at it.
  [[nodiscard]] bool lock();

  /// Takes an attempt away, and the file too if that was the last one. Only once locked.
  void forget(std::uint64_t attempt);
  void remove() noexcept;

 private:
  std::string path_;
  int file_;
  alignas(crash_page) std::array<char, crash_page::file_bytes> bytes_{};
};

/// Removes what ended processes have left in a folder and nobody needs: records without an attempt,
/// those that are over a month old, and the oldest beyond a hundred.
void remove_old_records(const std::string& folder);

} // namespace waymark
