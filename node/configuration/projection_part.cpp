#include "node/configuration/parts.hpp"

#include "messages/text.hpp"
#include "node/configuration/durations.hpp"

#include <algorithm>
#include <limits>

namespace waymark::node {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds longest_wait = 1s;
constexpr std::string_view statement_or_list =
    "an SQL statement (a text), or an array of at least one";

std::vector<std::string> plain_statements(const field& at) {
  std::vector<std::string> result;
  if (at.value().is_array() && at.value().empty())
    return result;
  for (auto& [text, where] : read_statements(at))
    result.push_back(std::move(text));
  return result;
}

std::vector<sql_template> templates(const field& at, sql::dialect of) {
  std::vector<sql_template> result;
  for (const auto& [text, where] : read_statements(at)) {
    auto parsed = parse_placeholders(text, of);
    for (const auto& mistake : parsed.mistakes)
      where.wrong("at character " + std::to_string(mistake.offset + 1) + ": " + mistake.text);
    result.push_back(std::move(parsed.statement));
  }
  return result;
}

void read_handlers(const field& at, sql::dialect of, sql_projection& into) {
  if (!at.object())
    return;
  if (at.value().empty())
    at.wrong("expected at least one event type with its SQL, found none");
  for (const auto& [type, statements] : at.members()) {
    if (type.empty())
      statements.wrong("expected the name of an event type, found an empty one");
    into.on.push_back({type, templates(statements, of)});
  }
}

void read_retry(const field& at, retry_policy& into) {
  if (!at.object({"attempts", "backoff", "give_ups_in_a_row", "max_crashes"}))
    return;
  at.read_whole("attempts", into.attempts, 1);
  at.read_whole("give_ups_in_a_row", into.give_ups_in_a_row, 1);
  at.read_whole("max_crashes", into.max_crashes, 0);
  if (const auto backoff = at.member("backoff"))
    read_backoff(*backoff, into.backoff, 0ms);
}

void read_letter_retry(const field& at, letter_retry_policy& into) {
  if (!at.object({"rounds", "backoff"}))
    return;
  at.read_whole("rounds", into.rounds, 0);
  if (const auto backoff = at.member("backoff"))
    read_backoff(*backoff, into.backoff, 1ms);
}

void read_park_limits(const field& at, park_limits& into) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (!at.object({"per_key", "per_projection"}))
    return;
  at.read_whole("per_key", into.per_key, 1, most);
  at.read_whole("per_projection", into.per_projection, 1, most);
}

void read_batch(const field& at, batch_options& into) {
  if (!at.object({"max_events", "max_transaction", "max_wait"}))
    return;
  at.read_whole("max_events", into.max_events, 1);
  at.read_duration("max_transaction", into.max_transaction, 1ms);
  at.read_duration("max_wait", into.max_wait, 0ms);
  if (into.max_wait > longest_wait)
    at.member("max_wait")->expected("a duration of at most " + to_text(longest_wait));
}

std::vector<std::string> texts(const field& at) {
  std::vector<std::string> result;
  for (const auto& each : at.elements("an array of names"))
    if (auto text = each.text("a name (a text)"))
      result.push_back(std::move(*text));
  return result;
}

void read_filter(const field& at, event_filter& into) {
  if (!at.object({"aggregate_types", "tenant_id"}))
    return;
  if (const auto types = at.member("aggregate_types"))
    into.aggregate_types = texts(*types);
  if (const auto tenant = at.member("tenant_id"))
    into.tenant_id = tenant->text("a tenant's id (a text)");
}

void check_name(const std::string& name, const field& at) {
  if (name.empty() || name.size() > 200 || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    at.wrong("expected a name of 1 to 200 bytes without \"/\", found \"" + readable(name, 60) +
             "\"");
}

using addresses = std::map<std::string, std::string>;

std::string choice(const addresses& models) {
  if (models.empty())
    return "no read_model (there are no \"read_models\"), for the store itself";
  std::string result;
  for (const auto& [name, address] : models)
    result += (result.empty() ? "one of \"" : ", \"") + name + "\"";
  return result;
}

void read_model_name(const field& at, const addresses& models, std::string& into) {
  if (at.value().is_string() && models.contains(at.value().get<std::string>()))
    into = at.value().get<std::string>();
  else
    at.expected(choice(models));
}

/// Of the database that the projection writes to.
sql::dialect dialect_of(const sql_projection& projection, const configuration& stores) {
  const auto& model = projection.read_model;
  const auto& address = model.empty() ? stores.store : stores.read_models.at(model);
  return address.starts_with("postgres") ? sql::dialect::postgres : sql::dialect::sqlite;
}

void read_policies(const field& at, sql_projection& into) {
  at.read_one_of<give_up>("on_give_up", into.on_give_up,
                          {{"park_key", give_up::park_key},
                           {"skip_event", give_up::skip_event},
                           {"stop", give_up::stop}});
  at.read_one_of<new_version>(
      "on_new_version", into.on_new_version,
      {{"resume", new_version::resume}, {"rebuild", new_version::rebuild}});
  at.read_one_of<unhandled>(
      "unhandled", into.on_unhandled,
      {{"ignore", unhandled::ignore}, {"warn", unhandled::warn}, {"error", unhandled::error}});
}

} // namespace

std::vector<std::pair<std::string, field>> read_statements(const field& at) {
  std::vector<std::pair<std::string, field>> result;
  if (at.value().is_array() && !at.value().empty()) {
    for (const auto& each : at.elements(statement_or_list))
      if (auto text = each.text("an SQL statement (a text)"))
        result.emplace_back(std::move(*text), each);
  } else if (auto text = at.text(statement_or_list)) {
    result.emplace_back(std::move(*text), at);
  }
  return result;
}

sql_projection read_projection(const std::string& name, const field& at,
                               const configuration& stores) {
  sql_projection result;
  result.name = name;
  check_name(name, at);
  if (!at.object({"read_model", "version", "on_new_version", "tables", "truncate", "on", "shards",
                  "retry", "retry_letters", "park_limits", "batch", "handler_timeout",
                  "on_give_up", "unhandled", "filter"}))
    return result;
  if (const auto model = at.member("read_model"))
    read_model_name(*model, stores.read_models, result.read_model);
  at.read_whole("version", result.version, 1);
  at.read_whole("shards", result.shards, 1, 1024);
  if (const auto tables = at.member("tables"))
    result.tables = plain_statements(*tables);
  if (const auto truncate = at.member("truncate"))
    result.truncate = plain_statements(*truncate);
  if (const auto on = at.required("on", "an object of event types and their SQL"))
    read_handlers(*on, dialect_of(result, stores), result);
  if (const auto retry = at.member("retry"))
    read_retry(*retry, result.retry);
  if (const auto letters = at.member("retry_letters"))
    read_letter_retry(*letters, result.retry_letters);
  if (const auto limits = at.member("park_limits"))
    read_park_limits(*limits, result.park_limits);
  if (const auto timeout = at.member("handler_timeout"))
    result.handler_timeout = timeout->duration(0ms);
  if (const auto batch = at.member("batch"))
    read_batch(*batch, result.batch);
  if (const auto filter = at.member("filter"))
    read_filter(*filter, result.filter);
  read_policies(at, result);
  if (result.on_new_version == new_version::rebuild && result.truncate.empty())
    at.wrong("on_new_version \"rebuild\" empties the tables; expected \"truncate\" to say how");
  return result;
}

} // namespace waymark::node
