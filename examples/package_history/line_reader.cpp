#include "line_reader.hpp"

#include "line.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace history {
namespace {

constexpr std::string_view standard_input = "-";
constexpr std::size_t buffer_bytes = 64 * 1024;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw log_error{path + ": " + why};
}

int open_file(const std::string& path) {
  const int fd =
      path == standard_input ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    fail(path, std::strerror(errno));
  return fd;
}

} // namespace

line_reader::line_reader(const std::string& path)
    : path_{path == standard_input ? "standard input" : path}, buffer_(buffer_bytes) {
  const int fd = open_file(path);
  struct stat info {};
  const bool known = ::fstat(fd, &info) == 0;
  if (known && S_ISDIR(info.st_mode)) {
    ::close(fd);
    fail(path_, "is a folder, not a log file");
  }
  file_.reset(::gzdopen(fd, "rb"));
  if (!file_) {
    ::close(fd);
    fail(path_, "not enough memory to read it");
  }
  if (known) {
    inode_ = info.st_ino;
    size_bytes_ = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
  }
}

line_reader::~line_reader() = default;
line_reader::line_reader(line_reader&&) noexcept = default;
line_reader& line_reader::operator=(line_reader&&) noexcept = default;

void line_reader::closer::operator()(gzFile_s* file) const noexcept {
  ::gzclose(file);
}

std::uint64_t line_reader::offset_bytes() const noexcept {
  const auto offset = ::gzoffset(file_.get());
  return offset > 0 ? static_cast<std::uint64_t>(offset) : 0;
}

bool line_reader::fill() {
  const int got = ::gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
  begin_ = 0;
  end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  if (got > 0)
    return true;
  int code = Z_OK;
  const char* why = ::gzerror(file_.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END)
    fail(path_, "can't be read past line " + std::to_string(lines_) + ": " +
                    (code == Z_ERRNO ? std::strerror(errno) : why));
  return false;
}

std::optional<log_line> line_reader::next() {
  log_line line;
  line.whole = false;
  bool any = false;
  while (!line.whole && (begin_ < end_ || fill())) {
    any = true;
    const char* from = buffer_.data() + begin_;
    const auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
    const auto length =
        newline != nullptr ? static_cast<std::size_t>(newline - from) : end_ - begin_;
    const auto room = max_line_bytes + 1 - line.text.size();
    line.text.append(from, std::min(length, room));
    line.whole = newline != nullptr;
    begin_ += length + (line.whole ? 1 : 0);
  }
  if (!any)
    return std::nullopt;
  line.number = ++lines_;
  return line;
}

} // namespace history
