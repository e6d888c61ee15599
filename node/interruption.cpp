#include "node/interruption.hpp"

#include "persistence/crash_recorder.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace waymark::node {

namespace {

// A signal handler knows nothing but what is global.
std::atomic<bool> came{false};
std::atomic<bool> signalled{false};
int ends[2]{-1, -1};
struct sigaction before_int {};
struct sigaction before_term {};

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
  if (signalled.exchange(true)) { // the second one, of whatever kind: it ends the process
    ::signal(which, SIG_DFL);
    ::raise(which);
  }
  take_note();
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
  ::sigaction(SIGINT, &action, &before_int);
  ::sigaction(SIGTERM, &action, &before_term);
}

interruption::~interruption() {
  ::sigaction(SIGINT, &before_int, nullptr);
  ::sigaction(SIGTERM, &before_term, nullptr);
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
