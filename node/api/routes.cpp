#include "node/api/routes.hpp"

#include "node/api/answers.hpp"
#include "node/running_node.hpp"

#include <httplib.h>

#include <memory>
#include <semaphore>
#include <string>

namespace waymark::node {

namespace {

using httplib::Request;
using httplib::Response;

/// The expression that the server compares paths with; what stands for NAME or ID is its match.
std::string pattern_of(std::string path) {
  const auto put = [&path](const std::string& word, const std::string& expression) {
    if (const auto at = path.find(word); at != std::string::npos)
      path.replace(at, word.size(), expression);
  };
  put("NAME", "([^/]+)");
  put("ID", "([0-9]+)");
  return path;
}

using places = std::counting_semaphore<lasting_at_once>;

/// Gives a place back when its request is answered.
struct place_taken {
  places& of;
  ~place_taken() { of.release(); }
};

httplib::Server::Handler handler_of(running_node& node, const route& one,
                                    const std::shared_ptr<places>& free) {
  const auto plain = [&node, answer = one.answer](const Request& from, Response& reply) {
    answer(node, from, reply);
  };
  if (!one.may_last)
    return guarded(plain);
  return guarded([plain, free](const Request& from, Response& reply) {
    if (!free->try_acquire())
      return refuse(reply, busy,
                    std::to_string(lasting_at_once) + " retries or discards are under way already; "
                                                      "try again when one of them has ended");
    const place_taken until_answered{*free};
    plain(from, reply);
  });
}

std::string why_refused(const Request& from, int status) {
  if (status == not_found)
    return "there is nothing at " + from.path;
  if (status == too_long)
    return "the body has more than 1 MiB";
  return "the request can't be answered";
}

void add(httplib::Server& to, const route& one, httplib::Server::Handler handler) {
  if (std::string{one.method} == "GET")
    to.Get(pattern_of(one.path), std::move(handler));
  else
    to.Post(pattern_of(one.path), std::move(handler));
}

} // namespace

void add_routes(httplib::Server& to, running_node& node) {
  const auto free = std::make_shared<places>(lasting_at_once);
  for (const auto& routes : {projection_routes(), letter_routes()})
    for (const auto& each : routes)
      add(to, each, handler_of(node, each, free));
  to.set_pre_routing_handler([](const Request& from, Response& reply) {
    // Without a length, the end of the body would be waited for.
    if (from.method != "POST" || from.has_header("Content-Length") ||
        from.has_header("Transfer-Encoding"))
      return httplib::Server::HandlerResponse::Unhandled;
    refuse(reply, length_required,
           "a POST has to say how long its body is, also if it has none: Content-Length: 0 (curl "
           "does with --data '')");
    return httplib::Server::HandlerResponse::Handled;
  });
  to.set_error_handler([](const Request& from, Response& reply) {
    if (reply.body.empty())
      refuse(reply, reply.status, why_refused(from, reply.status));
  });
}

} // namespace waymark::node
