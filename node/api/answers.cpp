#include "node/api/answers.hpp"

namespace waymark::node {

using nlohmann::json;

void answer_text(httplib::Response& to, const std::string& text, int status) {
  to.status = status;
  to.set_content(text + "\n", "application/json");
}

void answer(httplib::Response& to, const json& document, int status) {
  answer_text(to, document.dump(-1, ' ', false, json::error_handler_t::replace), status);
}

void refuse(httplib::Response& to, int status, const std::string& why) {
  answer(to, {{"error", why}}, status);
}

json body_of(const httplib::Request& from) {
  auto body = from.body.empty() ? json::object() : json::parse(from.body, nullptr, false);
  if (!body.is_object())
    throw usage_error{"the body is not a JSON object"};
  return body;
}

} // namespace waymark::node
