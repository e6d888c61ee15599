#include "persistence/crash_record.hpp"

#include "persistence/fatal_signals.hpp"
#include "persistence/process_witness.hpp"

#include <waymark/messages/hash.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <new>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace waymark {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t file_bytes = 4096;
constexpr std::size_t max_attempts = 64; // under way at once; further ones are not noted
constexpr auto pulse = 100ms;
constexpr auto keep_for = std::chrono::hours{24 * 30};
constexpr std::array<char, 16> magic{"waymark crash 1"};

struct slot {
  std::atomic<std::uint64_t> attempt; ///< 0: free.
  std::atomic<std::int64_t> since_ms; ///< By the steady clock.
  std::atomic<std::int32_t> age_ms;
  std::atomic<std::int32_t> thread;
  std::atomic<std::int32_t> signal;
};

struct record_page {
  std::array<char, 16> kind;
  std::atomic<std::int32_t> process;
  std::array<slot, max_attempts> slots;
};
static_assert(sizeof(record_page) <= file_bytes);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

std::uint64_t hash_of(std::string_view owner, const shard_key& key, position_t position) {
  std::string text{owner};
  text += '\n' + to_string(key) + '\n' + std::to_string(position);
  return std::max<std::uint64_t>(fnv1a(text), 1);
}

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

void remove_old(const fs::path& folder) {
  std::error_code ignored;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& each : fs::directory_iterator{folder, ignored})
    if (each.path().filename().string().rfind("crash-", 0) == 0 &&
        now - each.last_write_time(ignored) > keep_for)
      fs::remove(each.path(), ignored);
}

/// The page of this process. It is never unmapped: a signal may strike until the very end.
std::atomic<record_page*> page_of_process{nullptr};

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

  record_page* page_of_this_process() {
    if (tried_for_ == ::getpid())
      return page_of_process;
    tried_for_ = ::getpid();
    pulsing_ = false; // a thread does not survive a fork
    page_of_process = make();
    watch_fatal_signals(note_signal);
    return page_of_process;
  }

  record_page* make() {
    path_ = path_for(this_process_instance());
    if (path_.empty())
      return nullptr;
    remove_old(fs::path{path_}.parent_path());
    const int file =
        ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
      return nullptr;
    void* found = MAP_FAILED;
    if (::posix_fallocate(file, 0, file_bytes) == 0)
      found = ::mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (found == MAP_FAILED)
      return nullptr;
    auto* page = new (found) record_page{};
    page->kind = magic;
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
    for (const auto& each : page->slots)
      if (each.attempt != 0)
        return; // whoever ends the process now leaves it under way
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
    slot_ = recorder::instance().open(hash_of(owner, key, position));
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
    if (path.empty())
      return std::nullopt;
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
      return std::nullopt;
    alignas(record_page) std::array<char, file_bytes> bytes{};
    const auto count = ::read(file, bytes.data(), bytes.size());
    ::close(file);
    const auto* page = reinterpret_cast<const record_page*>(bytes.data());
    if (count != static_cast<ssize_t>(file_bytes) || page->kind != magic)
      return std::nullopt;
    const auto wanted = hash_of(owner, key, position);
    for (const auto& each : page->slots)
      if (each.attempt == wanted)
        return process_end{each.signal != 0 ? signal_name(each.signal) : "",
                           std::chrono::milliseconds{each.age_ms}};
    return process_end{}; // it ended before it came to the handler
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace waymark
