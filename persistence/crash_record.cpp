#include "persistence/crash_record.hpp"

#include "persistence/crash_page.hpp"
#include "persistence/fatal_signals.hpp"
#include "persistence/left_record.hpp"
#include "persistence/process_witness.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace waymark {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto pulse = 100ms;
using slot = crash_page::slot;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int32_t this_thread_id() noexcept {
  return static_cast<std::int32_t>(::syscall(SYS_gettid));
}

bool is_ours_alone(const std::string& folder) {
  struct stat found {};
  return ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
         found.st_uid == ::geteuid() && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Empty if the folder can't be used.
std::string usable(const fs::path& folder) {
  std::error_code ignored;
  if (!folder.is_absolute())
    return {};
  if (folder.has_parent_path())
    fs::create_directories(folder.parent_path(), ignored);
  ::mkdir(folder.c_str(), 0700);
  return is_ours_alone(folder.string()) ? folder.string() : std::string{};
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string path_for(std::string_view instance) {
  const auto folder = crash_record_folder();
  const auto name = unique_part(instance);
  if (folder.empty() || name.empty() || name.find('/') != std::string_view::npos)
    return {};
  return folder + "/crash-" + std::string{name};
}

/// The page of this process. It is never unmapped: a signal may strike until the very end.
std::atomic<crash_page*> page_of_process{nullptr};

void note_signal(int signo) noexcept {
  auto* page = page_of_process.load();
  if (!page || page->process != ::getpid())
    return; // a child made by fork
  const auto thread = this_thread_id();
  for (auto& each : page->slots)
    if (each.attempt != 0 && each.thread == thread)
      each.signal = signo;
}

/// Makes the page when it is first needed, notes the ages while there are attempts, and removes the
/// file in the end.
class recorder {
 public:
  static recorder& instance() {
    static auto& only = *new recorder; // threads may use it to the very end
    static const remover last;
    return only;
  }

  slot* open(std::uint64_t attempt) {
    const std::lock_guard lock{mutex_};
    auto* page = page_of_this_process();
    if (!page)
      return nullptr;
    const auto free = std::find_if(page->slots.begin(), page->slots.end(),
                                   [](const slot& s) { return s.attempt == 0; });
    if (free == page->slots.end())
      return nullptr;
    free->since_ms = steady_ms();
    free->age_ms = 0;
    free->signal = 0;
    free->thread = this_thread_id();
    free->attempt = attempt;
    begin_pulse();
    return &*free;
  }

  static void close(slot& s) noexcept { s.attempt = 0; }

 private:
  struct remover {
    ~remover() { instance().remove_if_idle(); }
  };

  crash_page* page_of_this_process() {
    if (tried_for_ == ::getpid())
      return page_of_process;
    tried_for_ = ::getpid();
    pulsing_ = false; // a thread does not survive a fork
    page_of_process = make();
    watch_fatal_signals(note_signal);
    return page_of_process;
  }

  crash_page* make() {
    path_ = path_for(this_process_instance());
    if (path_.empty())
      return nullptr;
    remove_old_records(fs::path{path_}.parent_path());
    const int file =
        ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
      return nullptr;
    void* found = MAP_FAILED;
    if (::posix_fallocate(file, 0, crash_page::file_bytes) == 0)
      found = ::mmap(nullptr, crash_page::file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (found == MAP_FAILED) {
      ::close(file);
      return nullptr;
    }
    ::flock(file, LOCK_EX | LOCK_NB); // as long as this process lives; see left_record
    auto* page = new (found) crash_page{};
    page->kind = crash_page::magic;
    page->process = ::getpid();
    return page;
  }

  /// A thread that ends when there has been nothing to note for a while.
  void begin_pulse() {
    if (pulsing_)
      return;
    std::thread{[this] {
      for (int idle = 0;; ++idle) {
        std::this_thread::sleep_for(pulse);
        const std::lock_guard lock{mutex_};
        if (note_ages())
          idle = 0;
        if (idle >= 20) {
          pulsing_ = false;
          return;
        }
      }
    }}.detach();
    pulsing_ = true;
  }

  bool note_ages() {
    bool any = false;
    const auto now = steady_ms();
    for (auto& each : page_of_process.load()->slots)
      if (each.attempt != 0) {
        any = true;
        each.age_ms = static_cast<std::int32_t>(
            std::min<std::int64_t>(now - each.since_ms, 1'000'000'000));
      }
    return any;
  }

  void remove_if_idle() noexcept {
    auto* page = page_of_process.load();
    if (!page || page->process != ::getpid())
      return;
    if (!page->any_attempt()) // else whoever ends the process now leaves it under way
      ::unlink(path_.c_str());
  }

  std::mutex mutex_;
  pid_t tried_for_ = 0;
  std::string path_;
  bool pulsing_ = false;
};

} // namespace

std::string crash_record_folder() {
  if (const auto own = variable("WAYMARK_STATE_DIR"); !own.empty())
    return usable(own);
  std::vector<fs::path> places;
  if (const auto service = variable("STATE_DIRECTORY"); !service.empty())
    places.emplace_back(service.substr(0, service.find(':')));
  if (const auto state = variable("XDG_STATE_HOME"); !state.empty())
    places.push_back(fs::path{state} / "waymark");
  if (const auto home = variable("HOME"); !home.empty())
    places.push_back(fs::path{home} / ".local/state/waymark");
  std::error_code ignored;
  places.push_back(fs::temp_directory_path(ignored) /
                   ("waymark-" + std::to_string(::geteuid())));
  for (const auto& each : places)
    if (auto found = usable(each); !found.empty())
      return found;
  return {};
}

recorded_attempt::recorded_attempt(std::string_view owner, const shard_key& key,
                                   position_t position) noexcept {
  try {
    slot_ = recorder::instance().open(crash_page::name_of(owner, key, position));
  } catch (const std::exception&) { // no thread or no memory: nothing is noted
  }
}

recorded_attempt::~recorded_attempt() {
  if (slot_)
    recorder::close(*static_cast<slot*>(slot_));
}

std::optional<process_end> find_process_end(std::string_view owner, const shard_key& key,
                                            position_t position) noexcept {
  try {
    if (const auto* witness = witness_of_processes.load(std::memory_order_relaxed))
      return witness->end_of(owner, key, position);
    const auto path = path_for(owner);
    left_record found{path};
    const auto* page = found.read();
    if (!page)
      return std::nullopt;
    const auto wanted = crash_page::name_of(owner, key, position);
    for (const auto& each : page->slots)
      if (each.attempt == wanted)
        return process_end{each.signal != 0 ? signal_name(each.signal) : "",
                           std::chrono::milliseconds{each.age_ms}};
    return process_end{}; // it ended before it came to the handler
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void forget_process_end(std::string_view owner, const shard_key& key,
                        position_t position) noexcept {
  if (witness_of_processes.load(std::memory_order_relaxed))
    return;
  try {
    left_record found{path_for(owner)};
    if (found.lock())
      found.forget(crash_page::name_of(owner, key, position));
  } catch (const std::exception&) { // it goes when it is old
  }
}

} // namespace waymark
