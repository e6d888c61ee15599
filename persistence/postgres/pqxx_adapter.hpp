#pragma once

// The differences between libpqxx 6.4 (Debian 12) and 7.10 (Debian 13), as far as waymark meets
// them.

#include <pqxx/pqxx>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace waymark::postgres {

/// Hears one channel's notifications on a connection. `heard` gets the process id of the
/// session that has sent it, and is called by `pqxx::connection::get_notifs`, on the thread that
/// calls it.
class channel_listener {
 public:
  using callback = std::function<void(int sender)>;

#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
  channel_listener(pqxx::connection& on, const std::string& channel, callback heard) {
    on.listen(channel, [heard = std::move(heard)](pqxx::notification n) {
      heard(n.backend_pid);
    });
  }
#else
  channel_listener(pqxx::connection& on, const std::string& channel, callback heard)
      : receiver_{std::make_unique<receiver>(on, channel, std::move(heard))} {
  }

 private:
  class receiver final : public pqxx::notification_receiver {
   public:
    receiver(pqxx::connection& on, const std::string& channel, callback heard)
        : pqxx::notification_receiver{on, channel}, heard_{std::move(heard)} {}
    void operator()(const std::string&, int sender) override { heard_(sender); }

   private:
    callback heard_;
  };
  std::unique_ptr<receiver> receiver_;
#endif
};

} // namespace waymark::postgres
