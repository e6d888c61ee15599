#include "node/api/routes.hpp"

#include "node/api/answers.hpp"
#include "node/api/letter_routes.hpp"
#include "node/api/node_status.hpp"
#include "node/running_node.hpp"

#include <waymark/messages/version.hpp>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <functional>

namespace waymark::node {

namespace {

using httplib::Request;
using httplib::Response;
using nlohmann::json;

/// The projection that the path names; answers 404 and gives an empty name if there is none.
std::string projection_in(const Request& from, Response& to, const engine& of) {
  auto name = from.matches[1].str();
  const auto names = of.names();
  if (std::find(names.begin(), names.end(), name) != names.end())
    return name;
  std::string known;
  for (std::size_t i = 0; i < names.size() && i < 20; ++i)
    known += (i == 0 ? "" : ", ") + names[i];
  refuse(to, not_found,
         "there is no projection \"" + name + "\"; there are: " + known +
             (names.size() > 20 ? " …" : ""));
  return {};
}

json describe_node(const running_node& node) {
  return {{"version", version()},
          {"pid", ::getpid()},
          {"file", node.settings().file},
          {"started_at", to_string(node.started_at())},
          {"projections", node.engine().names().size()}};
}

json all_projections(const running_node& node) {
  auto list = json::array();
  for (const auto& name : node.engine().names())
    list.push_back(status_of(node.engine(), name, node.settings().health));
  return {{"projections", list}};
}

/// What a POST does with a projection; the answer is its status afterwards, and what is added.
using deed = std::function<json(engine&, const std::string& name, const json& body)>;

void add_deed(httplib::Server& to, running_node& node, const std::string& verb, deed what) {
  to.Post("/v1/projections/([^/]+)/" + verb,
          guarded([&node, what = std::move(what)](const Request& from, Response& reply) {
            const auto name = projection_in(from, reply, node.engine());
            if (name.empty())
              return;
            auto result = what(node.engine(), name, body_of(from));
            result.update(status_of(node.engine(), name, node.settings().health));
            answer(reply, result);
          }));
}

json no_more() {
  return json::object();
}

void add_deeds(httplib::Server& to, running_node& node) {
  add_deed(to, node, "pause", [](engine& on, const std::string& name, const json& body) {
    const auto why = body.find("why");
    on.pause(name, why != body.end() && why->is_string() ? why->get<std::string>() : "");
    return no_more();
  });
  add_deed(to, node, "resume", [](engine& on, const std::string& name, const json&) {
    on.resume(name);
    return no_more();
  });
  add_deed(to, node, "reset", [](engine& on, const std::string& name, const json&) {
    const auto until = on.head();
    on.reset(name);
    return json{{"until", until}};
  });
}

} // namespace

void add_routes(httplib::Server& to, running_node& node) {
  to.Get("/v1/node", guarded([&node](const Request&, Response& reply) {
           answer(reply, describe_node(node));
         }));
  to.Get("/v1/tree", guarded([&node](const Request&, Response& reply) {
           answer(reply, to_json(node.engine().tree()));
         }));
  to.Get("/v1/projections", guarded([&node](const Request&, Response& reply) {
           answer(reply, all_projections(node));
         }));
  to.Get("/v1/projections/([^/]+)", guarded([&node](const Request& from, Response& reply) {
           if (const auto name = projection_in(from, reply, node.engine()); !name.empty())
             answer(reply, status_of(node.engine(), name, node.settings().health));
         }));
  to.Get("/v1/projections/([^/]+)/explain", guarded([&node](const Request& from, Response& reply) {
           if (const auto name = projection_in(from, reply, node.engine()); !name.empty())
             answer(reply, {{"name", name}, {"explanation", node.engine().explain(name)}});
         }));
  add_deeds(to, node);
  add_letter_routes(to, node);
  to.set_error_handler([](const Request& from, Response& reply) {
    if (reply.body.empty())
      refuse(reply, reply.status,
             reply.status == not_found ? "there is nothing at " + from.path
                                       : "the request can't be answered");
  });
}

} // namespace waymark::node
