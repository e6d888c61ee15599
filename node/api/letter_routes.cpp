#include "node/api/letter_routes.hpp"

#include "node/api/answers.hpp"
#include "node/api/settlement_json.hpp"
#include "node/letter_text.hpp"
#include "node/running_node.hpp"

#include <charconv>
#include <optional>

namespace waymark::node {

namespace {

using httplib::Request;
using httplib::Response;

std::int64_t number_in(const std::string& text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end)
    throw usage_error{"the number of a letter is too large"};
  return number;
}

void show_letter(const Request& from, Response& reply, const engine& of) {
  std::optional<std::string> projection;
  if (from.has_param("projection"))
    projection = from.get_param_value("projection");
  const auto found = of.letter(number_in(from.matches[1].str()), projection);
  if (!found)
    return refuse(reply, not_found, "there is no letter " + from.matches[1].str());
  answer_text(reply, to_json_text(found->letter, found->waiting));
}

void add_settlement(httplib::Server& to, running_node& node, settle_verb verb) {
  to.Post(std::string{"/v1/letters/"} + to_string(verb),
          guarded([&node, verb](const Request& from, Response& reply) {
            const auto wanted = settle_request_in(body_of(from));
            auto& on = node.engine();
            const auto report = verb == settle_verb::retry
                                    ? on.retry(wanted.which, wanted.options)
                                    : on.discard(wanted.which, wanted.options);
            answer(reply, to_json(report));
          }));
}

} // namespace

void add_letter_routes(httplib::Server& to, running_node& node) {
  to.Get("/v1/letters/([0-9]+)", guarded([&node](const Request& from, Response& reply) {
           show_letter(from, reply, node.engine());
         }));
  add_settlement(to, node, settle_verb::retry);
  add_settlement(to, node, settle_verb::discard);
}

} // namespace waymark::node
