#pragma once

#include "persistence/crash_page.hpp"

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace waymark {

/// Keeps the crash page of this process. Makes it when it is first needed, notes the ages while
/// there are attempts, and removes the file in the end. Thread-safe.
class crash_recorder {
 public:
  static crash_recorder& of_process();

  /// Null if nothing can be noted.
  crash_page::slot* open(std::string_view owner, const shard_key& key, position_t position);
  /// The attempt is over. One that was overdue and had no effect stays noted, until the shard's
  /// next one.
  void close(crash_page::slot& it, bool had_effect) noexcept;

  void note_overdue(std::string_view owner, const shard_key& key, position_t position);
  /// From now on the attempts of this owner, also those to come, have these notes; 0: none.
  void note_stop(std::string_view owner, std::uint32_t notes);
  void begin_to_give_up();
  void no_more_giving_up();

  /// Why nothing can be noted; once, and nothing from then on.
  [[nodiscard]] std::optional<std::string> take_problem();

 private:
  struct whose {
    std::uint64_t owner = 0;
    std::uint64_t shard = 0;
  };

  crash_recorder() = default;
  crash_page* page_of_this_process();
  crash_page* make();
  void begin_pulse();
  bool note_ages();
  static void come_to_the_end() noexcept;
  void remove_or_say_how() noexcept;

  std::mutex mutex_;
  pid_t tried_for_ = 0;
  std::string path_;
  std::string problem_;
  bool pulsing_ = false;
  int giving_up_ = 0;
  std::array<whose, crash_page::max_attempts> whose_{};
  std::map<std::uint64_t, std::uint32_t> stopping_; ///< Notes by owner.
};

/// Somebody has asked the process to end, or (false) the request is over. Async-signal-safe.
void note_asked_to_end(bool asked) noexcept;

/// The file of a process; empty if there is no place for it.
[[nodiscard]] std::string crash_record_path(std::string_view instance);

} // namespace waymark
