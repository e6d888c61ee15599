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
  to.set_error_handler([](const Request& from, Response& reply) {
    if (reply.body.empty())
      refuse(reply, reply.status,
             reply.status == not_found ? "there is nothing at " + from.path
                                       : "the request can't be answered");
  });
}

} // namespace waymark::node
