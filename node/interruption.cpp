#include "node/interruption.hpp"

#include "persistence/crash_recorder.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace waymark::node {

namespace {

// A signal handler knows nothing but what is global.
std::atomic<bool> came{false};
std::atomic<bool> signalled{false};
int ends[2]{-1, -1};
constexpr std::array watched{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
std::array<struct sigaction, watched.size()> before;

void take_note() noexcept {
  const int error = errno;
  note_asked_to_end(true);
  if (!came.exchange(true)) {
    const char byte = 0;
    [[maybe_unused]] const auto written = ::write(ends[1], &byte, 1);
  }
  errno = error;
}

extern "C" void waymark_node_on_signal(int which) {
  const bool hangs_up = which == SIGHUP; // which a shell and the kernel may both say
  const bool stops = which == SIGINT || which == SIGTERM;
  const bool at_once = stops ? signalled.exchange(true) : !hangs_up;
  take_note();
  if (at_once) {
    ::signal(which, SIG_DFL);
    ::raise(which); // is delivered when this returns
  }
}

} // namespace

interruption::interruption() {
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  came = signalled = false;
  note_asked_to_end(false);
  struct sigaction action {};
  action.sa_handler = &waymark_node_on_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    ::sigaction(watched[i], nullptr, &before[i]);
    const bool stops = watched[i] == SIGINT || watched[i] == SIGTERM;
    if (stops || before[i].sa_handler == SIG_DFL) // nohup ignores one, a program may use another
      ::sigaction(watched[i], &action, nullptr);
  }
}

interruption::~interruption() {
  for (std::size_t i = 0; i < watched.size(); ++i)
    ::sigaction(watched[i], &before[i], nullptr);
  note_asked_to_end(false);
  ::close(ends[0]);
  ::close(ends[1]);
}

bool interruption::requested() const noexcept {
  return came;
}

int interruption::descriptor() const noexcept {
  return ends[0];
}

void interruption::request() const noexcept {
  take_note();
}

} // namespace waymark::node
