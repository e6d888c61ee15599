#include "node/api/answers.hpp"
#include "node/api/body_fields.hpp"
#include "node/api/node_status.hpp"
#include "node/api/routes.hpp"
#include "node/running_node.hpp"

#include <waymark/messages/version.hpp>

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>

namespace waymark::node {

namespace {

using httplib::Request;
using httplib::Response;
using nlohmann::json;

json status_in(const running_node& node, const std::string& name) {
  return status_of(node.engine(), name, node.settings().engine.health);
}

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

void show_node(running_node& node, const Request&, Response& reply) {
  answer(reply, {{"version", version()},
                 {"pid", ::getpid()},
                 {"file", node.settings().file},
                 {"started_at", to_string(node.started_at())},
                 {"projections", node.engine().names().size()}});
}

void show_tree(running_node& node, const Request&, Response& reply) {
  answer(reply, to_json(node.engine().tree()));
}

void show_all(running_node& node, const Request&, Response& reply) {
  auto list = json::array();
  for (const auto& name : node.engine().names())
    list.push_back(status_in(node, name));
  answer(reply, {{"projections", list}});
}

void show_one(running_node& node, const Request& from, Response& reply) {
  if (const auto name = projection_in(from, reply, node.engine()); !name.empty())
    answer(reply, status_in(node, name));
}

void explain(running_node& node, const Request& from, Response& reply) {
  if (const auto name = projection_in(from, reply, node.engine()); !name.empty())
    answer(reply, {{"projection", name}, {"explanation", node.engine().explain(name)}});
}

/// What a POST may say.
struct operator_request {
  mandate as;
  std::optional<position_t> position; ///< Of an event.
  bool dry_run = false;
};

using field = body_field<operator_request>;
constexpr field by{"by", [](operator_request& to, const body_member& m) { to.as.by = m.text(); }};
constexpr field why{"why",
                    [](operator_request& to, const body_member& m) { to.as.why = m.text(); }};
constexpr field position{
    "position", [](operator_request& to, const body_member& m) { to.position = m.number(); }};
constexpr field dry_run{
    "dry_run", [](operator_request& to, const body_member& m) { to.dry_run = m.flag(); }};

constexpr field signed_request[]{by, why};
constexpr field discard_request[]{by, why, position};
constexpr field reset_request[]{by, why, dry_run};

operator_request request_in(const json& body, std::span<const field> members) {
  operator_request result;
  read_fields(body, members, result);
  return result;
}

/// What a POST does with a projection; returns what is added to its status afterwards.
using deed = json(engine& on, const std::string& name, const json& body);

template <deed What>
void act(running_node& node, const Request& from, Response& reply) {
  const auto name = projection_in(from, reply, node.engine());
  if (name.empty())
    return;
  auto result = What(node.engine(), name, body_of(from));
  result.update(status_in(node, name));
  answer(reply, result);
}

json pause(engine& on, const std::string& name, const json& body) {
  on.pause(name, request_in(body, signed_request).as);
  return json::object();
}

json resume(engine& on, const std::string& name, const json& body) {
  on.resume(name, request_in(body, signed_request).as);
  return json::object();
}

json discard(engine& on, const std::string& name, const json& body) {
  const auto wanted = request_in(body, discard_request);
  on.discard_event(name, wanted.position, wanted.as);
  return json::object();
}

json take_over(engine& on, const std::string& name, const json& body) {
  on.take_over(name, request_in(body, signed_request).as);
  return json::object();
}

/// A projection whose tables nobody empties would count every event once more.
void require_truncate(const running_node& node, const std::string& name) {
  for (const auto& each : node.recorded())
    if (each.spec->name == name && !each.spec->can_be_reset())
      throw usage_error{name + " does not say how to empty its tables, and would handle all events "
                               "a second time on top of what they hold; expected \"truncate\""};
}

/// A reset takes what it empties from its owner, who may be at work.
void require_own(const engine& of, const std::string& name) {
  if (of.status(name).state == projection_state::standing_by)
    throw error{of.explain(name) + "; reset it there, or take it over first (waymark take-over)"};
}

void reset(running_node& node, const Request& from, Response& reply) {
  const auto name = projection_in(from, reply, node.engine());
  if (name.empty())
    return;
  const auto wanted = request_in(body_of(from), reset_request);
  require_truncate(node, name);
  require_own(node.engine(), name);
  json result{{"until", node.engine().head()}};
  if (!wanted.dry_run)
    node.engine().reset(name, wanted.as);
  result.update(status_in(node, name));
  answer(reply, result);
}

constexpr route routes[]{
    {"GET", "/v1/node", &show_node},
    {"GET", "/v1/tree", &show_tree},
    {"GET", "/v1/projections", &show_all},
    {"GET", "/v1/projections/NAME", &show_one},
    {"GET", "/v1/projections/NAME/explain", &explain},
    {"POST", "/v1/projections/NAME/pause", &act<&pause>},
    {"POST", "/v1/projections/NAME/resume", &act<&resume>},
    {"POST", "/v1/projections/NAME/discard", &act<&discard>},
    {"POST", "/v1/projections/NAME/take_over", &act<&take_over>},
    {"POST", "/v1/projections/NAME/reset", &reset},
};

} // namespace

std::span<const route> projection_routes() noexcept {
  return routes;
}

} // namespace waymark::node
