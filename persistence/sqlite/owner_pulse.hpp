#pragma once

#include <waymark/messages/timestamp.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::sqlite {

/// Shows that an owner lives while it can't renew its rows, because one transaction, be it of this
/// process or of another, has the database for long. A small file beside the database for each such
/// owner, only as long as that lasts; nothing but memory for a database in memory. Where the file
/// can't be written, the rows alone count. Thread-safe.
class owner_pulse {
 public:
  /// @param database_path empty in memory.
  explicit owner_pulse(std::string database_path) : path_{std::move(database_path)} {}

  /// The owner lives at `now`.
  void beat(std::string_view owner, timestamp now);

  /// The owner's rows tell it again.
  void rest(std::string_view owner);

  /// When the owner was last known to live; empty if its rows alone say so.
  [[nodiscard]] std::optional<timestamp> last(std::string_view owner) const;

 private:
  [[nodiscard]] std::string file_of(std::string_view owner) const;
  /// What processes have left behind that ended meanwhile.
  void remove_old() const;

  const std::string path_;
  mutable std::mutex mutex_;
  std::map<std::string, timestamp, std::less<>> beats_; ///< Of this process.
};

} // namespace waymark::sqlite
