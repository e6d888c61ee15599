#include "persistence/postgres/log_listener.hpp"

#include "persistence/postgres/hearing.hpp"
#include "persistence/postgres/pqxx_adapter.hpp"

#include <waymark/messages/error.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace waymark::postgres {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// At most one notification in this time.
constexpr auto between_two = 5ms;
/// So often one is sent if there is no other.
constexpr auto check_every = 10s;
/// Doubled while it never gets to listen, as on a standby.
constexpr std::chrono::milliseconds before_next_try = 1s;
constexpr std::chrono::milliseconds most_before_next_try = 16s;

/// An end waits so long for what is under way.
constexpr auto until_forced = 1s;

constexpr const char* not_arriving = ": notifications do not arrive";

std::chrono::milliseconds until(steady_clock::time_point when) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - steady_clock::now());
  return std::max(left, std::chrono::milliseconds{0});
}

} // namespace

void log_growth::signal() {
  {
    const std::lock_guard lock{mutex};
    ++signals;
  }
  grown.notify_all();
}

// Outside the lock: what is called may be what asks no longer to be called.
void log_growth::signal_from_elsewhere() {
  std::vector<std::shared_ptr<std::function<void()>>> to_call;
  {
    const std::lock_guard lock{mutex};
    std::erase_if(callbacks, [](const auto& each) { return each.expired(); });
    for (const auto& each : callbacks)
      to_call.push_back(each.lock());
  }
  signal();
  for (const auto& each : to_call)
    if (each)
      (*each)();
}

std::shared_ptr<void> log_growth::call(std::function<void()> back) {
  auto kept = std::make_shared<std::function<void()>>(std::move(back));
  const std::lock_guard lock{mutex};
  callbacks.push_back(kept);
  return kept;
}

log_listener::bell::bell(const address& where)
    : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (descriptor_ < 0)
    throw store_error{where.shown + ": no file descriptor is left for the listener"};
}

log_listener::bell::~bell() {
  ::close(descriptor_);
}

void log_listener::bell::ring() const noexcept {
  (void)::eventfd_write(descriptor_, 1);
}

log_listener::log_listener(const address& where, const std::string& purpose, log_growth& growth)
    : where_{where}, growth_{growth}, conninfo_{where.conninfo_for(purpose)},
      channel_{("waymark_" + where.schema).substr(0, 63)}, wake_{where} {
  if (!where.pooled)
    thread_ = std::thread{[this] { run(); }};
}

log_listener::~log_listener() {
  stopping_ = true;
  wake_.ring();
  if (!thread_.joinable())
    return;
  {
    std::unique_lock lock{mutex_};
    if (!end_.wait_for(lock, until_forced, [&] { return ended_; }) && socket_ >= 0)
      (void)::shutdown(socket_, SHUT_RDWR); // a server that does not answer
  }
  thread_.join();
}

class log_listener::open_socket {
 public:
  open_socket(log_listener& of, int socket) : of_{of} { set(socket); }
  ~open_socket() { set(-1); }
  open_socket(const open_socket&) = delete;
  open_socket& operator=(const open_socket&) = delete;

 private:
  void set(int socket) {
    const std::lock_guard lock{of_.mutex_};
    of_.socket_ = socket;
  }
  log_listener& of_;
};

bool log_listener::is_kept_waiting() const noexcept {
  const auto asked = asked_at_.load();
  return asked != never && steady_clock::now() >= asked + hearing::answer_within;
}

/// Something is asked of the server for as long as this lives.
class log_listener::asking {
 public:
  explicit asking(log_listener& by) : by_{by} { by_.asked_at_ = steady_clock::now(); }
  ~asking() { by_.asked_at_ = never; }
  asking(const asking&) = delete;
  asking& operator=(const asking&) = delete;

 private:
  log_listener& by_;
};

void log_listener::tell() {
  if (!to_tell_.exchange(true))
    wake_.ring();
}

/// True if `socket` has something.
bool log_listener::wait(int socket, std::chrono::milliseconds at_most) {
  pollfd both[]{{socket, POLLIN, 0}, {wake_.get(), POLLIN, 0}};
  const int ready = ::poll(both, 2, static_cast<int>(at_most.count()));
  eventfd_t ignored = 0;
  if (ready > 0 && both[1].revents != 0)
    (void)::eventfd_read(wake_.get(), &ignored);
  return ready > 0 && both[0].revents != 0;
}

// Whatever goes wrong, a standby included, waiting readers look for themselves meanwhile.
void log_listener::run() {
  auto pause = before_next_try / 2;
  while (!stopping_) {
    try {
      serve();
    } catch (const std::exception& why) {
      set_deafness(where_.without_password(why.what()));
      pause = hears_.exchange(false) ? before_next_try : std::min(2 * pause, most_before_next_try);
      growth_.signal();
    }
    const auto next = steady_clock::now() + pause;
    while (!stopping_ && steady_clock::now() < next)
      (void)wait(-1, until(next));
  }
  const std::lock_guard lock{mutex_};
  ended_ = true;
  end_.notify_all();
}

std::string log_listener::deafness() {
  const std::lock_guard lock{mutex_};
  return deafness_.empty() && is_kept_waiting() ? where_.shown + not_arriving : deafness_;
}

void log_listener::set_deafness(std::string why) {
  while (!why.empty() && why.back() == '\n')
    why.pop_back();
  const std::lock_guard lock{mutex_};
  deafness_ = std::move(why);
}

void log_listener::serve() {
  pqxx::connection on{conninfo_};
  const open_socket socket{*this, on.sock()};
  // A notification need not be on disk before it is passed on, and waits for a lock of the cluster.
  const auto ask = [&](const std::string& sql) {
    const asking now{*this};
    pqxx::nontransaction{on}.exec(sql);
  };
  ask("SET synchronous_commit = off; SET lock_timeout = '5s'; SET statement_timeout = '5s'");
  hearing ear;
  bool listens = false; // what was appended before that was told to nobody here
  std::optional<asking> listening{std::in_place, *this};
  const channel_listener listener{on, channel_, [&](int sender) {
                                    ear.hear();
                                    if (std::exchange(listens, true) && sender == on.backendpid())
                                      growth_.signal();
                                    else
                                      growth_.signal_from_elsewhere();
                                  }};
  listening.reset();
  auto told_at = steady_clock::time_point{};
  to_tell_ = true; // also shows that what is sent arrives
  for (;;) {
    if (stopping_)
      return;
    const auto now = steady_clock::now();
    if (ear.deaf(now))
      throw store_error{where_.shown + not_arriving};
    if ((to_tell_ && now >= told_at + between_two) ||
        (ear.hears() && now >= told_at + check_every)) {
      to_tell_ = false;
      ear.tell(now);
      ask("NOTIFY " + quoted_name(channel_));
      told_at = steady_clock::now();
    }
    on.get_notifs();
    if (!hears_ && ear.hears()) {
      set_deafness({});
      hears_ = true;
    }
    const auto silent_until = ear.hears() ? told_at + check_every : ear.deaf_at();
    (void)wait(on.sock(), until(to_tell_ ? told_at + between_two : silent_until));
  }
}

} // namespace waymark::postgres
