#pragma once

#include "benchmarks/options.hpp"

#include <filesystem>
#include <string>

namespace bench {

/// The sizes, and a temporary folder with the logs that several rows start from. The folder is
/// removed in the end.
class setting {
 public:
  explicit setting(options with);
  ~setting();
  setting(const setting&) = delete;
  setting& operator=(const setting&) = delete;

  [[nodiscard]] const options& with() const noexcept { return with_; }
  [[nodiscard]] std::int64_t events() const noexcept { return with_.events; }
  [[nodiscard]] std::int64_t many_events() const noexcept { return with_.events * 10; }
  [[nodiscard]] std::int64_t streams() const noexcept { return with_.events / 10; }

  /// A path in the folder at which there is no file (any more).
  [[nodiscard]] std::string empty_file(const std::string& name) const;

  /// A copy, of the caller's own, of a log of so many events with the tables of four projections,
  /// which stand at position 0.
  [[nodiscard]] std::string copy_of_log(std::int64_t events, const std::string& name);

  /// A copy, of the caller's own, of a file that nobody has open.
  [[nodiscard]] std::string copy_of(const std::string& file, const std::string& name) const;

  /// A log of `many_events` on which projection 0 is at the head. Not to be changed.
  [[nodiscard]] std::string caught_up_log();

 private:
  options with_;
  std::filesystem::path folder_;
};

} // namespace bench
