#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::node {

/// Reads a file, a pipe or a terminal line by line, in memory bounded by the longest line it takes.
/// Not thread-safe.
class line_source {
 public:
  enum class outcome : unsigned char {
    line,
    too_long,   ///< The line has more bytes than allowed; it is passed over.
    end,        ///< There are no more; a last line without a newline was a line too.
    interrupted ///< The descriptor to watch became readable.
  };

  /// @param file a path, or "-" for standard input.
  /// @param watched a descriptor that ends a wait for input when it becomes readable.
  /// @throws usage_error if the file can't be opened.
  line_source(const std::string& file, int watched, std::size_t max_line_bytes);
  ~line_source();
  line_source(const line_source&) = delete;
  line_source& operator=(const line_source&) = delete;

  /// The next line, without its newline; `line` points into this object until the next call.
  /// @throws error if the input can't be read.
  [[nodiscard]] outcome next(std::string_view& line);

  /// Number of the line that `next` spoke of last, from 1 on.
  [[nodiscard]] std::int64_t number() const noexcept { return number_; }

  /// Whether the next line is yet to be written by whoever writes the input.
  [[nodiscard]] bool would_wait() const;

  /// How many bytes there are in all, if that is known (of a regular file), else 0.
  [[nodiscard]] std::uint64_t total_bytes() const noexcept { return total_bytes_; }
  [[nodiscard]] std::uint64_t read_bytes() const noexcept { return read_bytes_; }

 private:
  /// @returns false if there is no more, or if the watched descriptor says so.
  bool read_more();
  void close_own() noexcept;
  [[nodiscard]] bool take_line(std::string_view& line);

  std::string name_;
  int descriptor_;
  int watched_;
  std::size_t max_line_bytes_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t read_bytes_ = 0;
  std::int64_t number_ = 0;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< Of what no line was made of yet.
  std::size_t looked_ = 0; ///< There is no newline between `begin_` and here.
  bool at_end_ = false;
  bool interrupted_ = false;
};

} // namespace waymark::node
