#include "node/api/client.hpp"

#include "node/exit_status.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waymark::node {

namespace {

using nlohmann::json;

constexpr time_t connect_seconds = 5;
constexpr time_t look_seconds = 10;
constexpr time_t work_seconds = 600; // a reset may empty a large table

/// @throws nobody_there where there is a socket that this user may not speak on.
httplib::Client connect_to(const std::string& socket, time_t answer_seconds) {
  if (::access(socket.c_str(), R_OK | W_OK) != 0 && errno == EACCES)
    throw nobody_there{"can't speak with the node on " + socket + ": " + std::strerror(EACCES) +
                       "; only the user who runs the node may"};
  httplib::Client http{socket};
  http.set_address_family(AF_UNIX);
  http.set_connection_timeout(connect_seconds);
  http.set_read_timeout(answer_seconds);
  return http;
}

/// It takes connections, and says nothing: the node has stopped, or hangs.
bool is_silent(const httplib::Result& result) {
  return result.error() == httplib::Error::Read || result.error() == httplib::Error::Write;
}

nobody_there silent(const std::string& socket) {
  return nobody_there{"the node on " + socket + " does not answer: it hangs, or was stopped"};
}

json document_of(const httplib::Result& result, const std::string& socket) {
  if (!result && is_silent(result))
    throw silent(socket);
  if (!result)
    throw nobody_there{"no node answers on " + socket + "; `waymark run` starts one"};
  auto document = json::parse(result->body, nullptr, false);
  if (result->status == 200 && document.is_object())
    return document;
  const auto why = document.is_object() && document.contains("error")
                       ? document["error"].get<std::string>()
                       : "the node's answer can't be read (status " +
                             std::to_string(result->status) + ")";
  if (result->status == 400 || result->status == 404)
    throw usage_error{why};
  throw error{why};
}

} // namespace

bool api_client::somebody_answers() const {
  const auto found = connect_to(socket_, look_seconds).Get("/v1/node");
  if (!found && is_silent(found))
    throw silent(socket_);
  return static_cast<bool>(found);
}

json api_client::get(const std::string& path) const {
  return document_of(connect_to(socket_, look_seconds).Get(path), socket_);
}

json api_client::post(const std::string& path, const json& body) const {
  return document_of(connect_to(socket_, work_seconds).Post(path, body.dump(), "application/json"),
                     socket_);
}

std::string path_of_projection(const std::string& name) {
  constexpr std::string_view digits{"0123456789ABCDEF"};
  std::string result{"/v1/projections/"};
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (plain)
      result += c;
    else
      result.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return result;
}

} // namespace waymark::node
