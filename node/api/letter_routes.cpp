#include "node/api/answers.hpp"
#include "node/api/routes.hpp"
#include "node/api/settlement_json.hpp"
#include "node/letter_text.hpp"
#include "node/running_node.hpp"
#include "node/stored_letters.hpp"

#include <charconv>
#include <optional>

namespace waymark::node {

namespace {

using httplib::Request;
using httplib::Response;

constexpr std::size_t default_limit = 100;

std::int64_t number_in(const std::string& text, const std::string& what) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end || number < 0)
    throw usage_error{what + " has to be a whole number, 0 or more"};
  return number;
}

/// What is asked for behind the "?": the members of a settlement's body, "limit" and "history".
struct letter_listing {
  letter_selection which;
  std::size_t limit = default_limit;
  letter_age age = letter_age::current;
};

bool flag_in(const std::string& name, const std::string& text) {
  if (text != "true" && text != "false")
    throw usage_error{"\"" + name + "\" has to be true or false"};
  return text == "true";
}

/// A condition as it stands behind the "?", as a body has it.
nlohmann::json condition(const std::string& name, const std::string& value) {
  if (name == "dry_run" || name == "by")
    throw usage_error{"a list of letters has no \"" + name + "\""};
  if (name == "id")
    return number_in(value, "\"id\"");
  if (name == "all")
    return flag_in(name, value);
  return value;
}

letter_listing listing_in(const Request& from) {
  letter_listing result;
  auto conditions = nlohmann::json::object();
  for (const auto& [name, value] : from.params) {
    if (name == "limit")
      result.limit = static_cast<std::size_t>(number_in(value, "\"limit\""));
    else if (name == "history")
      result.age = flag_in(name, value) ? letter_age::any : letter_age::current;
    else
      conditions[name] = condition(name, value);
  }
  result.which = settle_request_in(conditions).which;
  return result;
}

void list(running_node& node, const Request& from, Response& reply) {
  const auto wanted = listing_in(from);
  answer_text(reply, to_json_text(
                         stored_letters(node.recorded(), wanted.which, wanted.age, wanted.limit)));
}

void list_settled(running_node& node, const Request& from, Response& reply) {
  const auto wanted = listing_in(from);
  answer(reply, to_json(stored_settlements(node.recorded(), wanted.which, wanted.limit)));
}

void show(running_node& node, const Request& from, Response& reply) {
  std::optional<std::string> projection;
  if (from.has_param("projection"))
    projection = from.get_param_value("projection");
  const auto id = from.matches[1].str();
  const auto found = node.engine().letter(number_in(id, "the number of a letter"), projection);
  if (!found)
    return refuse(reply, not_found, "there is no letter " + id);
  answer_text(reply, to_json_text(*found));
}

template <settle_report (engine::*Verb)(const letter_selection&, const settle_options&)>
void settle(running_node& node, const Request& from, Response& reply) {
  const auto wanted = settle_request_in(body_of(from));
  answer(reply, to_json((node.engine().*Verb)(wanted.which, wanted.options)));
}

constexpr route routes[]{
    {"GET", "/v1/letters", &list},
    {"GET", "/v1/letters/settled", &list_settled},
    {"GET", "/v1/letters/ID", &show},
    {"POST", "/v1/letters/retry", &settle<&engine::retry>, true},
    {"POST", "/v1/letters/discard", &settle<&engine::discard>, true},
};

} // namespace

std::span<const route> letter_routes() noexcept {
  return routes;
}

} // namespace waymark::node
