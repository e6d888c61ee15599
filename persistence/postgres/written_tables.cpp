#include "persistence/postgres/written_tables.hpp"

#include "persistence/postgres/sql_words.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace waymark::postgres {

namespace {

using kind = sql_token::kind;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Reads one statement's tokens, blanks left out.
class reader {
 public:
  explicit reader(std::string_view sql) {
    for (const auto& each : sql_tokens(sql))
      if (each.what != kind::blank)
        tokens_.push_back(each);
  }

  [[nodiscard]] bool at_end() const noexcept { return at_ == tokens_.size(); }
  [[nodiscard]] const sql_token& next() noexcept { return tokens_[at_++]; }

  bool take(std::string_view word) noexcept {
    if (at_end() || !tokens_[at_].is(word))
      return false;
    ++at_;
    return true;
  }

  bool take_sign(std::string_view sign) noexcept {
    if (at_end() || tokens_[at_].what != kind::sign || tokens_[at_].text != sign)
      return false;
    ++at_;
    return true;
  }

  /// An identifier, if one stands here.
  std::optional<std::string> take_name() {
    if (at_end())
      return std::nullopt;
    const auto& here = tokens_[at_];
    const bool quoted = here.what == kind::quoted && here.text.front() == '"';
    if (!quoted && here.what != kind::word)
      return std::nullopt;
    ++at_;
    std::string result;
    if (!quoted)
      std::transform(here.text.begin(), here.text.end(), std::back_inserter(result), lower);
    else
      for (std::size_t i = 1; i + 1 < here.text.size(); ++i) {
        result += here.text[i];
        i += here.text[i] == '"' ? 1u : 0u; // two of them stand for one
      }
    return result;
  }

 private:
  std::vector<sql_token> tokens_;
  std::size_t at_ = 0;
};

/// The names at the reader's place, with commas between them.
void take_tables(reader& from, std::vector<table_name>& into) {
  do {
    (void)(from.take("IF") && from.take("EXISTS"));
    (void)from.take("ONLY");
    auto name = from.take_name();
    if (!name)
      return;
    table_name found{"", *std::move(name)};
    while (from.take_sign("."))
      if (auto part = from.take_name())
        found = {std::move(found.table), *std::move(part)};
    into.push_back(std::move(found));
  } while (from.take_sign(","));
}

std::string_view inside_dollars(std::string_view text) {
  const auto tag = text.find('$', 1) + 1;
  return text.size() < 2 * tag ? std::string_view{} : text.substr(tag, text.size() - 2 * tag);
}

std::string_view inside_quotes(std::string_view text) {
  return text.size() < 2 ? std::string_view{} : text.substr(1, text.size() - 2);
}

} // namespace

std::vector<table_name> written_tables(std::string_view sql) {
  std::vector<table_name> result;
  reader from{sql};
  bool body = false; // of a DO
  while (!from.at_end()) {
    const auto token = from.next();
    if (token.is("INTO") || token.is("UPDATE")) {
      take_tables(from, result);
    } else if (token.is("DELETE") || token.is("ALTER") || token.is("DROP")) {
      if (from.take("FROM") || from.take("TABLE"))
        take_tables(from, result);
    } else if (token.is("TRUNCATE")) {
      (void)from.take("TABLE");
      take_tables(from, result);
    } else if (token.is("DO")) {
      body = true;
    } else if (body && token.what == kind::quoted && token.text.front() == '$') {
      for (auto& each : written_tables(inside_dollars(token.text)))
        result.push_back(std::move(each));
    }
  }
  return result;
}

namespace {

/// `in_body`: of a DO, where a text may be SQL that is made up and executed.
std::string_view find_call(std::string_view sql, bool in_body) {
  static constexpr std::array<std::string_view, 5> calls{
      "set_config", "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
      "pg_try_advisory_lock_shared"};
  reader from{sql};
  bool body = in_body;
  bool begins = true; // a statement
  while (!from.at_end()) {
    if (const auto name = from.take_name()) {
      const auto known = std::find(calls.begin(), calls.end(), *name);
      if (known != calls.end() && from.take_sign("("))
        return *known;
      body = body || (begins && *name == "do");
      begins = false;
      continue;
    }
    const auto token = from.next();
    begins = token.what == kind::sign && token.text == ";";
    if (!body || token.what != kind::quoted)
      continue;
    const auto inside = token.text.front() == '$' ? inside_dollars(token.text)
                                                  : inside_quotes(token.text);
    if (const auto call = find_call(inside, true); !call.empty())
      return call;
  }
  return {};
}

} // namespace

std::string_view call_that_outlives_transaction(std::string_view sql) {
  return find_call(sql, false);
}

bool is_table_of_waymark(std::string_view name) noexcept {
  static constexpr std::array names{"attempts", "checkpoints", "dead_letters", "events",  "log",
                                    "parked",   "positions",   "schema_steps", "sessions",
                                    "settled_letters"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace waymark::postgres
