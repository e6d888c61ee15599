#include "node/api/server.hpp"

#include "node/api/routes.hpp"
#include "node/socket_path.hpp"

#include <waymark/messages/error.hpp>

#include <httplib.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace waymark::node {

namespace {

constexpr std::size_t max_body_bytes = 1024 * 1024;
constexpr time_t patience_seconds = 2;
constexpr std::size_t threads = lasting_at_once + 4;

/// While it lives, files are made for their owner alone.
struct private_files {
  mode_t before = ::umask(0177);
  private_files() = default;
  ~private_files() { ::umask(before); }
  private_files(const private_files&) = delete;
  private_files& operator=(const private_files&) = delete;
};

} // namespace

struct api_server::implementation {
  std::string socket;
  httplib::Server http;
  std::thread answering;
  std::atomic<bool> ended{false}; ///< It answers no more, or never did.
};

api_server::api_server(const std::string& socket) : impl_{std::make_unique<implementation>()} {
  impl_->socket = socket;
  auto& http = impl_->http;
  http.set_address_family(AF_UNIX);
  http.new_task_queue = [] { return new httplib::ThreadPool{threads}; };
  http.set_payload_max_length(max_body_bytes);
  http.set_read_timeout(patience_seconds);
  http.set_write_timeout(patience_seconds);
  http.set_keep_alive_max_count(1); // an idle client must not keep a thread
  http.set_socket_options([](int) {});
  if (const auto mistake = mistake_in_socket(socket))
    throw usage_error{*mistake};
  remove_socket(socket);
  const private_files only_mine;
  if (!http.bind_to_port(socket, 80))
    throw usage_error{"can't make the socket " + socket + ": " + std::strerror(errno) +
                      "; give the configuration a \"socket\" in a folder that can be written"};
}

api_server::~api_server() {
  stop();
  remove_socket(impl_->socket);
}

void api_server::serve(running_node& node) {
  add_routes(impl_->http, node);
  impl_->answering = std::thread{[this] {
    impl_->http.listen_after_bind();
    impl_->ended = true;
  }};
  while (!impl_->http.is_running() && !impl_->ended)
    std::this_thread::yield();
  if (impl_->ended)
    throw usage_error{"can't answer on the socket " + impl_->socket};
}

bool api_server::stop_within(std::chrono::milliseconds deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  impl_->http.stop();
  while (!impl_->ended && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  return impl_->ended;
}

void api_server::stop() noexcept {
  if (!impl_->answering.joinable())
    return;
  impl_->http.stop();
  impl_->answering.join();
}

} // namespace waymark::node
