#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

struct gzFile_s;

namespace history {

/// A log file could not be opened or read; the text names it.
class log_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One line, without its newline. A line longer than a dpkg line can be is cut, so that no file
/// takes more memory than that.
struct log_line {
  std::string text;
  std::int64_t number = 0; ///< 1 for the first line of the file.
  bool whole = true;       ///< False if the file ends without a newline.
};

/// Reads a log file line by line, gzipped or plain. Owns the open file.
class line_reader {
 public:
  /// Opens a file, or standard input if `path` is "-". @throws log_error.
  explicit line_reader(const std::string& path);
  ~line_reader();
  line_reader(line_reader&&) noexcept;
  line_reader& operator=(line_reader&&) noexcept;

  /// As it was opened, or "standard input".
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// What stands for this very file however it is renamed.
  [[nodiscard]] std::uint64_t inode() const noexcept { return inode_; }

  /// Bytes in the file, as stored; 0 if unknown (a pipe).
  [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }

  /// Bytes of the file consumed so far, as stored.
  [[nodiscard]] std::uint64_t offset_bytes() const noexcept;

  /// The next line; nothing at the end. @throws log_error, after it gave all that can be read.
  [[nodiscard]] std::optional<log_line> next();

 private:
  struct closer {
    void operator()(gzFile_s* file) const noexcept;
  };

  [[nodiscard]] bool fill();

  std::string path_;
  std::uint64_t inode_ = 0;
  std::uint64_t size_bytes_ = 0;
  std::unique_ptr<gzFile_s, closer> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t lines_ = 0;
};

} // namespace history
