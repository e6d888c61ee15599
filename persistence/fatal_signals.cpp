#include "persistence/fatal_signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <mutex>

#include <csignal>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WAYMARK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WAYMARK_SANITIZED 1
#endif
#endif

namespace waymark {

namespace {

struct watched {
  int signo;
  const char* name;
};
constexpr std::array<watched, 5> fatal{{{SIGSEGV, "SIGSEGV"},
                                        {SIGABRT, "SIGABRT"},
                                        {SIGBUS, "SIGBUS"},
                                        {SIGFPE, "SIGFPE"},
                                        {SIGILL, "SIGILL"}}};

constexpr std::size_t stack_bytes = 128u * 1024; // wide registers alone may need 10 KiB

std::atomic<fatal_listener> listening{nullptr};
std::array<struct sigaction, fatal.size()> before; // written before the handler is installed

// A fault strikes again when the faulting instruction is run again, now with what was there before,
// so that a core dump shows the fault itself. What was raised has to be raised again; it is
// delivered when this returns.
void on_fatal(int signo, siginfo_t* info, void*) {
  const int kept = errno;
  const bool sent = info->si_code <= 0;
  if (const auto listener = listening.load(); listener && !(sent && info->si_pid != ::getpid()))
    listener(signo);
  for (std::size_t i = 0; i < fatal.size(); ++i)
    if (fatal[i].signo == signo)
      ::sigaction(signo, &before[i], nullptr);
  if (sent)
    ::raise(signo);
  errno = kept;
}

void install() noexcept {
  for (std::size_t i = 0; i < fatal.size(); ++i) {
    if (::sigaction(fatal[i].signo, nullptr, &before[i]) != 0)
      continue;
    if ((before[i].sa_flags & SA_SIGINFO) == 0 && before[i].sa_handler == SIG_IGN)
      continue; // not fatal here
    struct sigaction mine {};
    mine.sa_sigaction = on_fatal;
    mine.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&mine.sa_mask);
    ::sigaction(fatal[i].signo, &mine, nullptr);
  }
}

} // namespace

void watch_fatal_signals(fatal_listener listener) noexcept {
#ifdef WAYMARK_SANITIZED
  static_cast<void>(listener);
  static_cast<void>(install);
#else
  static std::once_flag once;
  std::call_once(once, [&] {
    listening = listener;
    install();
  });
#endif
}

alternate_stack::alternate_stack() noexcept {
  stack_t present{};
  if (::sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0)
    return;
  void* space = ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
  if (space == MAP_FAILED)
    return;
  stack_t mine{};
  mine.ss_sp = space;
  mine.ss_size = stack_bytes;
  if (::sigaltstack(&mine, nullptr) == 0)
    made_ = space;
  else
    ::munmap(space, stack_bytes);
}

alternate_stack::~alternate_stack() {
  if (!made_)
    return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(made_, stack_bytes);
}

const char* signal_name(int signo) noexcept {
  for (const auto& each : fatal)
    if (each.signo == signo)
      return each.name;
  return "a fatal signal";
}

} // namespace waymark
