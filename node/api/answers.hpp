#pragma once

#include <waymark/messages/error.hpp>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <exception>
#include <string>

/// How routes answer: JSON, and what fails as {"error": "…"}.
namespace waymark::node {

constexpr int not_found = 404;
constexpr int bad_request = 400;
constexpr int length_required = 411;
constexpr int too_long = 413;
constexpr int failed_inside = 500;
constexpr int busy = 503;

void answer_text(httplib::Response& to, const std::string& json, int status = 200);
void answer(httplib::Response& to, const nlohmann::json& document, int status = 200);
void refuse(httplib::Response& to, int status, const std::string& why);

/// The object that is the body; an empty one if there is none. @throws usage_error for another.
[[nodiscard]] nlohmann::json body_of(const httplib::Request& from);

/// Runs what makes an answer, and turns what it throws into one.
template <class Action>
httplib::Server::Handler guarded(Action action) {
  return [action](const httplib::Request& from, httplib::Response& to) {
    try {
      action(from, to);
    } catch (const usage_error& e) {
      refuse(to, bad_request, e.what());
    } catch (const std::exception& e) {
      refuse(to, failed_inside, e.what());
    }
  };
}

} // namespace waymark::node
