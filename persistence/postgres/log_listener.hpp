#pragma once

#include "persistence/postgres/address.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace waymark::postgres {

/// Wakes who waits for the log to grow. A signal is a hint: it is looked into, not believed.
struct log_growth {
  std::mutex mutex;
  std::condition_variable grown;
  std::uint64_t signals = 0;
  std::vector<std::weak_ptr<std::function<void()>>> callbacks;

  void signal();
  /// The same after an append elsewhere: also makes the calls that were asked for.
  void signal_from_elsewhere();
  /// See event_store::call_on_foreign_append.
  [[nodiscard]] std::shared_ptr<void> call(std::function<void()> back);
};

/// Tells the other processes of appends and hears of theirs, by one connection and one thread. A
/// notification is a hint and may be lost; whoever waits for the log looks by itself now and then.
///
/// Notifications stand in transactions of their own, because one inside an append would make all
/// commits wait for each other; at most one in 5 ms, the first at once.
///
/// Behind a pooler it does nothing: there LISTEN would end with the transaction.
class log_listener {
 public:
  log_listener(const address& where, const std::string& purpose, log_growth& growth);
  ~log_listener();
  log_listener(const log_listener&) = delete;
  log_listener& operator=(const log_listener&) = delete;

  /// This process has appended.
  void tell();

  /// Whether notifications arrive, as far as known.
  [[nodiscard]] bool hears() const noexcept { return hears_.load() && !is_kept_waiting(); }

  /// Why they do not, in words; empty if they do, or if that is not known yet.
  [[nodiscard]] std::string deafness();

 private:
  void run();
  void serve();
  bool wait(int socket, std::chrono::milliseconds at_most);
  void set_deafness(std::string why);
  /// The server has been asked something and does not answer.
  [[nodiscard]] bool is_kept_waiting() const noexcept;

  /// The descriptor of a connection, for as long as that lives.
  class open_socket;
  class asking;

  /// An eventfd.
  class bell {
   public:
    /// @throws store_error.
    explicit bell(const address& where);
    ~bell();
    bell(const bell&) = delete;
    bell& operator=(const bell&) = delete;
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    void ring() const noexcept;

   private:
    int descriptor_;
  };

  static constexpr std::chrono::steady_clock::time_point never{};

  const address& where_;
  log_growth& growth_;
  const std::string conninfo_;
  const std::string channel_;
  const bell wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> to_tell_{false};
  std::atomic<bool> hears_{false};
  std::atomic<std::chrono::steady_clock::time_point> asked_at_{never};
  std::mutex mutex_;
  std::string deafness_;
  int socket_ = -1; ///< While there is a connection.
  bool ended_ = false;
  std::condition_variable end_;
  std::thread thread_;
};

} // namespace waymark::postgres
