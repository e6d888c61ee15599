#include "node/api/routes.hpp"

#include "node/api/answers.hpp"
#include "node/running_node.hpp"

#include <httplib.h>

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

void add(httplib::Server& to, running_node& node, const route& one) {
  auto handler = guarded([&node, answer = one.answer](const Request& from, Response& reply) {
    answer(node, from, reply);
  });
  if (std::string{one.method} == "GET")
    to.Get(pattern_of(one.path), std::move(handler));
  else
    to.Post(pattern_of(one.path), std::move(handler));
}

} // namespace

void add_routes(httplib::Server& to, running_node& node) {
  for (const auto& routes : {projection_routes(), letter_routes()})
    for (const auto& each : routes)
      add(to, node, each);
  to.set_error_handler([](const Request& from, Response& reply) {
    if (reply.body.empty())
      refuse(reply, reply.status,
             reply.status == not_found ? "there is nothing at " + from.path
                                       : "the request can't be answered");
  });
}

} // namespace waymark::node
