#include "persistence/crash_recorder.hpp"

#include "persistence/crash_folder.hpp"
#include "persistence/fatal_signals.hpp"
#include "persistence/left_record.hpp"

#include <waymark/messages/hash.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace waymark {

namespace {

using namespace std::chrono_literals;
using ending = crash_page::ending;
using how = ending::kind;

constexpr auto pulse = 100ms;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int32_t this_thread_id() noexcept {
  return static_cast<std::int32_t>(::syscall(SYS_gettid));
}

/// The page of this process. It is never unmapped: a signal may strike until the very end.
std::atomic<crash_page*> page_of_process{nullptr};
std::atomic<bool> asked{false};

crash_page* page_here() noexcept {
  auto* page = page_of_process.load();
  return page && page->process == ::getpid() ? page : nullptr; // not in a child made by fork
}

std::uint8_t slot_of_this_thread(const crash_page& page) noexcept {
  const auto me = this_thread_id();
  for (std::size_t i = 0; i < page.slots.size(); ++i) {
    const auto& s = page.slots[i];
    if (s.attempt != 0 && s.thread == me && (s.notes & crash_page::returned) == 0)
      return static_cast<std::uint8_t>(i);
  }
  return ending::no_slot;
}

/// Says how the process ends, unless what is said already is among those that stay.
void say(crash_page& page, const ending& end, std::initializer_list<how> replaced) noexcept {
  auto now = page.end.load();
  while (std::find(replaced.begin(), replaced.end(), ending::of(now).how) != replaced.end())
    if (page.end.compare_exchange_weak(now, end.packed()))
      return;
}

void note_signal(int signo) noexcept {
  auto* page = page_here();
  if (!page)
    return;
  const auto slot = slot_of_this_thread(*page);
  const ending end{how::struck, slot, static_cast<std::uint8_t>(signo)};
  if (slot == ending::no_slot)
    say(*page, end, {how::unsaid}); // abort() in on_unrecoverable is an end on purpose
  else
    say(*page, end, {how::unsaid, how::given_up});
}

std::size_t index_of(const crash_page& page, const crash_page::slot& it) {
  return static_cast<std::size_t>(&it - page.slots.data());
}

std::uint64_t shard_of(std::string_view owner, const shard_key& key) {
  return crash_page::name_of(owner, key, 0);
}

} // namespace

void note_asked_to_end(bool now) noexcept {
  asked = now;
  if (auto* page = page_here())
    page->asked = now ? 1 : 0;
}

std::string crash_record_path(std::string_view instance) {
  const auto name = unique_part(instance);
  if (name.empty() || name.find('/') != std::string_view::npos)
    return {};
  const auto folder = crash_record_folder();
  return folder.empty() ? folder : folder + "/crash-" + std::string{name};
}

crash_recorder& crash_recorder::of_process() {
  static auto& only = *new crash_recorder; // threads may use it to the very end
  static const int at_end = std::atexit(come_to_the_end) + std::at_quick_exit(come_to_the_end);
  static_cast<void>(at_end);
  return only;
}

crash_page::slot* crash_recorder::open(std::string_view owner, const shard_key& key,
                                       position_t position) {
  const whose who{fnv1a(owner), shard_of(owner, key)};
  const std::lock_guard lock{mutex_};
  auto* page = page_of_this_process();
  if (!page)
    return nullptr;
  crash_page::slot* found = nullptr;
  for (std::size_t i = 0; i < page->slots.size(); ++i) {
    auto& each = page->slots[i];
    if (whose_[i].shard == who.shard && (each.notes & crash_page::returned) != 0)
      each.attempt = 0;
    if (!found && each.attempt == 0)
      found = &each;
  }
  if (!found)
    return nullptr;
  whose_[index_of(*page, *found)] = who;
  const auto stop = stopping_.find(who.owner);
  found->since_ms = steady_ms();
  found->age_ms = 0;
  found->notes = stop == stopping_.end() ? 0 : stop->second;
  found->thread = this_thread_id();
  found->attempt = crash_page::name_of(owner, key, position);
  begin_pulse();
  return found;
}

void crash_recorder::close(crash_page::slot& it, bool had_effect) noexcept {
  const std::lock_guard lock{mutex_};
  auto* page = page_here();
  if (!page)
    return;
  if (!had_effect && (it.notes & crash_page::overdue) != 0) {
    it.notes |= crash_page::returned;
    return;
  }
  it.attempt = 0;
  it.age_ms = 0;
  it.notes = 0;
  auto now = page->end.load(); // a signal that this thread has survived
  const auto end = ending::of(now);
  if (end.how == how::struck && end.slot == index_of(*page, it))
    page->end.compare_exchange_strong(now, ending{}.packed());
}

void crash_recorder::note_overdue(std::string_view owner, const shard_key& key,
                                  position_t position) {
  const auto wanted = crash_page::name_of(owner, key, position);
  const std::lock_guard lock{mutex_};
  auto* page = page_here();
  if (!page)
    return;
  for (auto& each : page->slots)
    if (each.attempt == wanted && (each.notes & crash_page::returned) == 0)
      each.notes |= crash_page::overdue;
  note_ages();
}

void crash_recorder::note_stop(std::string_view owner, std::uint32_t notes) {
  const auto who = fnv1a(owner);
  const std::lock_guard lock{mutex_};
  if (notes == 0)
    stopping_.erase(who);
  else
    stopping_[who] = notes;
  if (auto* page = page_here())
    for (std::size_t i = 0; i < page->slots.size(); ++i)
      if (whose_[i].owner == who && page->slots[i].attempt != 0)
        page->slots[i].notes |= notes;
}

void crash_recorder::begin_to_give_up() {
  const std::lock_guard lock{mutex_};
  ++giving_up_;
  if (auto* page = page_here())
    say(*page, {how::given_up}, {how::unsaid});
}

void crash_recorder::no_more_giving_up() {
  const std::lock_guard lock{mutex_};
  auto* page = page_here();
  if (--giving_up_ == 0 && page)
    say(*page, {}, {how::given_up});
}

std::optional<std::string> crash_recorder::take_problem() {
  const std::lock_guard lock{mutex_};
  if (problem_.empty())
    return std::nullopt;
  return std::exchange(problem_, {});
}

crash_page* crash_recorder::page_of_this_process() {
  if (tried_for_ == ::getpid())
    return page_of_process;
  tried_for_ = ::getpid();
  pulsing_ = false; // a thread does not survive a fork
  page_of_process = make();
  if (auto* page = page_of_process.load()) {
    page->asked = asked ? 1 : 0;
    watch_fatal_signals(note_signal);
  }
  return page_of_process;
}

crash_page* crash_recorder::make() {
  path_ = crash_record_path(this_process_instance());
  if (path_.empty()) {
    problem_ = "there is no folder for crash records that is this user's alone, among " +
               describe_crash_record_folders();
    return nullptr;
  }
  remove_old_records(std::filesystem::path{path_}.parent_path());
  const auto failed = [&](int error) {
    problem_ = "the crash record " + path_ + " can't be made: " + std::strerror(error);
    return nullptr;
  };
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0)
    return failed(errno);
  int error = ::posix_fallocate(file, 0, crash_page::file_bytes);
  void* found = MAP_FAILED;
  if (error == 0) {
    found = ::mmap(nullptr, crash_page::file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    error = errno;
  }
  if (found == MAP_FAILED) {
    ::close(file);
    return failed(error);
  }
  ::flock(file, LOCK_EX | LOCK_NB); // as long as this process lives; see left_record
  auto* page = new (found) crash_page{};
  page->kind = crash_page::magic;
  page->process = ::getpid();
  return page;
}

/// A thread that ends when there has been nothing to note for a while.
void crash_recorder::begin_pulse() {
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

bool crash_recorder::note_ages() {
  bool any = false;
  const auto now = steady_ms();
  for (auto& each : page_of_process.load()->slots)
    if (each.attempt != 0 && (each.notes & crash_page::returned) == 0) {
      any = true;
      each.age_ms = static_cast<std::int32_t>(
          std::min<std::int64_t>(now - each.since_ms, 1'000'000'000));
    }
  return any;
}

void crash_recorder::come_to_the_end() noexcept {
  of_process().remove_or_say_how();
}

/// Takes no lock: the thread that ends the process may be one that a handler's exit() has stopped
/// anywhere. What an exit() in a handler means is known from its thread.
void crash_recorder::remove_or_say_how() noexcept {
  auto* page = page_here();
  if (!page)
    return;
  const auto slot = slot_of_this_thread(*page);
  if (slot != ending::no_slot)
    say(*page, {how::struck, slot, 0}, {how::unsaid, how::given_up});
  else
    say(*page, {how::orderly}, {how::unsaid, how::given_up});
  if (!page->any_attempt())
    ::unlink(path_.c_str());
}

} // namespace waymark
