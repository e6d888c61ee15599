#include "tests/persistence/deaf_proxy.hpp"

#include "tests/persistence/postgres_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace waymark::test {

namespace {

constexpr int look_every_ms = 20;

sockaddr_un address_in(const std::string& folder) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  std::strncpy(result.sun_path, (folder + "/.s.PGSQL.5432").c_str(), sizeof result.sun_path - 1);
  return result;
}

int new_socket() {
  const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0)
    throw std::runtime_error{"no socket"};
  return made;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Appends what has come; false at the end.
bool receive(int from, std::string& into) {
  char buffer[16 * 1024];
  const auto got = ::recv(from, buffer, sizeof buffer, 0);
  if (got > 0)
    into.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

/// Takes the whole messages of the server from `bytes`, without those of type `dropped` (0: none).
std::string take_messages(std::string& bytes, char dropped) {
  constexpr std::size_t head = 5; // the type, and the length that counts itself
  std::string result;
  std::size_t at = 0;
  while (bytes.size() - at >= head) {
    std::size_t length = 1;
    std::size_t rest = 0;
    for (std::size_t i = 1; i < head; ++i)
      rest = rest << 8 | static_cast<unsigned char>(bytes[at + i]);
    length += rest;
    if (bytes.size() - at < length)
      break;
    if (bytes[at] != dropped)
      result.append(bytes, at, length);
    at += length;
  }
  bytes.erase(0, at);
  return result;
}

} // namespace

deaf_proxy::deaf_proxy() : listening_{new_socket()} {
  const auto where = address_in(folder_.file(""));
  if (::bind(listening_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
      ::listen(listening_, 64) != 0)
    throw std::runtime_error{"the proxy can't listen"};
  listener_ = std::thread{[this] { listen(); }};
}

deaf_proxy::~deaf_proxy() {
  stopping_ = true;
  listener_.join();
  for (auto& each : connections_)
    each.join();
  ::close(listening_);
}

std::string deaf_proxy::address_of(const std::string& address) const {
  const auto host = "host=" + postgres_server::instance().folder;
  auto result = address;
  return result.replace(result.find(host), host.size(), "host=" + folder_.file(""));
}

void deaf_proxy::listen() {
  while (!stopping_) {
    pollfd at{listening_, POLLIN, 0};
    if (::poll(&at, 1, look_every_ms) <= 0)
      continue;
    const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0)
      connections_.emplace_back([this, client] { serve(client); });
  }
}

void deaf_proxy::serve(int client) {
  const int server = new_socket();
  const auto where = address_in(postgres_server::instance().folder);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  std::string there, back;
  while (open && !stopping_) {
    pollfd both[]{{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(both, 2, look_every_ms) <= 0)
      continue;
    if (both[0].revents != 0)
      open = receive(client, there) && send_all(server, there);
    there.clear();
    if (open && both[1].revents != 0)
      open = receive(server, back) && send_all(client, take_messages(back, deaf_ ? 'A' : '\0'));
  }
  ::close(client);
  ::close(server);
}

} // namespace waymark::test
