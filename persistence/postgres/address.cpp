#include "persistence/postgres/address.hpp"

#include <waymark/messages/error.hpp>

#include <libpq-fe.h>

#include <charconv>
#include <memory>
#include <vector>

namespace waymark::postgres {

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw usage_error{"the postgresql: address can't be used: " + why +
                    "; write postgresql://user@host:port/database?schema=waymark"};
}

int number(std::string_view text, const char* name) {
  int result = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (problem != std::errc{} || end != text.data() + text.size() || result < 1 || result > 1000)
    refuse(std::string{name} + " must be a number from 1 to 1000");
  return result;
}

bool one_of(std::string_view value, std::string_view yes, std::string_view no, const char* name) {
  if (value != yes && value != no)
    refuse(std::string{name} + " must be " + std::string{yes} + " or " + std::string{no});
  return value == yes;
}

std::string schema_name(std::string_view value) {
  if (value.empty() || value.size() > 63 ||
      value.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos ||
      value.starts_with("pg_"))
    refuse("schema must be 1 to 63 of a-z, 0-9 and _, and not start with pg_");
  return std::string{value};
}

std::string search_path(std::string_view value) {
  std::string result;
  while (!value.empty()) {
    const auto end = value.find(',');
    const auto name = value.substr(0, end);
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") !=
                            std::string_view::npos)
      refuse("search_path must be names of a-z, 0-9 and _ with commas between them");
    (result += result.empty() ? "" : ", ") += quoted_name(name);
    value = end == std::string_view::npos ? std::string_view{} : value.substr(end + 1);
  }
  return result;
}

/// Takes what is waymark's own; false for what is libpq's.
bool take(address& into, std::string_view name, std::string_view value) {
  if (name == "schema")
    into.schema = schema_name(value);
  else if (name == "max_sessions")
    into.max_sessions = number(value, "max_sessions");
  else if (name == "schema_mode")
    into.verify = one_of(value, "verify", "create", "schema_mode");
  else if (name == "prepared_transactions")
    into.prepared_transactions = one_of(value, "allow", "refuse", "prepared_transactions");
  else if (name == "pooled")
    into.pooled = one_of(value, "transaction", "no", "pooled");
  else if (name == "search_path")
    into.search_path = search_path(value);
  else
    return false;
  return true;
}

/// Takes waymark's own parameters out of the query part.
std::string without_own_parameters(address& into, std::string_view text) {
  const auto question = text.find('?');
  std::string result{text.substr(0, question)};
  auto rest = question == std::string_view::npos ? std::string_view{} : text.substr(question + 1);
  char separator = '?';
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto each = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto equals = each.find('=');
    if (equals != std::string_view::npos &&
        take(into, each.substr(0, equals), each.substr(equals + 1)))
      continue;
    (result += separator) += each;
    separator = '&';
  }
  return result;
}

void add(std::string& conninfo, std::string_view name, std::string_view value) {
  ((conninfo += name) += "='");
  for (const char c : value) {
    if (c == '\'' || c == '\\')
      conninfo += '\\';
    conninfo += c;
  }
  conninfo += "' ";
}

/// libpq takes the first / or @ for the end of a password, and shows what is behind it.
void require_coded_password(std::string_view text) {
  const auto slashes = text.find("://");
  const auto rest = slashes == text.npos ? text : text.substr(slashes + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  const auto path = rest.substr(authority.size(), rest.find('?') - authority.size());
  if (path.find('@') != path.npos || authority.find('@') != authority.rfind('@'))
    refuse("a password with / or @ in it is written with %2F and %40 for them, and a % as %25");
}

/// A number, or several with commas between.
bool is_port(std::string_view text) {
  return text.find_first_not_of("0123456789,") == text.npos;
}

struct options_deleter {
  void operator()(PQconninfoOption* all) const noexcept { PQconninfoFree(all); }
};

} // namespace

address address::parse(std::string_view text) {
  address result;
  if (text.find('\0') != std::string_view::npos)
    refuse("it holds NUL");
  require_coded_password(text);
  const auto plain = without_own_parameters(result, text);
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, options_deleter> options{
      PQconninfoParse(plain.c_str(), &why)};
  PQfreemem(why); // may repeat the address, password included
  if (!options)
    refuse("libpq does not understand it (a character that needs %-encoding, or an unknown "
           "parameter)");
  // A broken network is noticed within seconds, unless the address says otherwise.
  for (const auto& [name, value] : {std::pair{"connect_timeout", "10"},
                                    {"keepalives_idle", "10"},
                                    {"keepalives_interval", "5"},
                                    {"keepalives_count", "3"},
                                    {"tcp_user_timeout", "25000"},
                                    {"client_encoding", "UTF8"}})
    add(result.conninfo, name, value);
  std::string host, port, user, database;
  for (const auto* each = options.get(); each->keyword != nullptr; ++each) {
    if (each->val == nullptr || *each->val == '\0')
      continue;
    const std::string_view name{each->keyword};
    if (name == "client_encoding" || name == "application_name")
      continue;
    add(result.conninfo, name, each->val);
    if (name == "password")
      result.password = each->val;
    else if (name == "host")
      host = each->val;
    else if (name == "port" && !is_port(each->val))
      refuse("the port is no number, or a password needs %-encoding");
    else if (name == "port")
      port = std::string{":"} + each->val;
    else if (name == "user")
      user = std::string{each->val} + "@";
    else if (name == "dbname")
      database = each->val;
  }
  result.shown = "postgresql://" + user + host + port + "/" + database;
  if (result.schema != "waymark")
    result.shown += "?schema=" + result.schema;
  return result;
}

std::string address::conninfo_for(std::string_view purpose) const {
  auto result = conninfo;
  add(result, "application_name", std::string{purpose} + (pooled ? " pooled" : ""));
  return result;
}

std::string address::without_password(std::string text) const {
  if (password.empty())
    return text;
  for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at + 3))
    text.replace(at, password.size(), "***");
  return text;
}

std::string address::with_schema(std::string_view sql) const {
  std::string result{sql};
  for (const auto& [placeholder, name] :
       {std::pair<std::string_view, std::string>{"{schema}", quoted_name(schema)},
        {"{schema_name}", schema}})
    for (auto at = result.find(placeholder); at != std::string::npos;
         at = result.find(placeholder, at + name.size()))
      result.replace(at, placeholder.size(), name);
  return result;
}

std::string quoted_name(std::string_view name) {
  std::string result{"\""};
  for (const char c : name) {
    if (c == '"')
      result += '"';
    result += c;
  }
  return result + "\"";
}

} // namespace waymark::postgres
