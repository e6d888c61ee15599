#include "persistence/postgres/written_tables.hpp"

#include "persistence/postgres/literal.hpp"
#include "persistence/sql/lexer.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

namespace waymark::postgres {

namespace {

using kind = sql::token::kind;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Reads the tokens of SQL, blanks and comments left out.
class reader {
 public:
  explicit reader(std::string_view sql) {
    for (const auto& each : sql::tokens(sql, sql::dialect::postgres))
      if (!each.separates())
        tokens_.push_back(each);
  }

  [[nodiscard]] bool at_end() const noexcept { return at_ == tokens_.size(); }
  [[nodiscard]] const sql::token& next() noexcept { return tokens_[at_++]; }

  template <class What>
  bool take(const What& what) noexcept {
    if (at_end() || !tokens_[at_].is(what))
      return false;
    ++at_;
    return true;
  }

  /// An identifier, if one stands here, as the server folds it.
  std::optional<std::string> take_name() {
    if (at_end())
      return std::nullopt;
    const auto& here = tokens_[at_];
    if (here.what != kind::word)
      return take_quoted(kind::name);
    std::string result;
    std::transform(here.text.begin(), here.text.end(), std::back_inserter(result), lower);
    ++at_;
    return result;
  }

  /// A text, if one stands here: what it means.
  std::optional<std::string> take_text() { return take_quoted(kind::text); }

  /// The block of a DO, whose first word has been taken, if it is one: that of ON CONFLICT is none.
  std::optional<std::string> take_block() {
    if (take("LANGUAGE") && !take_name())
      (void)take_text();
    return take_text();
  }

 private:
  /// With the UESCAPE that may stand behind.
  std::optional<std::string> take_quoted(kind what) {
    if (at_end() || tokens_[at_].what != what)
      return std::nullopt;
    const auto& quoted = tokens_[at_++];
    const bool told = at_ + 1 < tokens_.size() && tokens_[at_].is("UESCAPE") &&
                      tokens_[at_ + 1].what == kind::text;
    if (!told)
      return meaning_of(quoted);
    at_ += 2;
    return meaning_of(quoted, (meaning_of(tokens_[at_ - 1]) + '\\').front());
  }

  std::vector<sql::token> tokens_;
  std::size_t at_ = 0;
};

/// The names at the reader's place, with commas between them.
void take_tables(reader& from, std::vector<table_name>& into) {
  do {
    (void)(from.take("IF") && from.take("EXISTS"));
    const bool in_brackets = from.take("ONLY") && from.take('(');
    auto name = from.take_name();
    if (!name)
      return;
    table_name found{"", *std::move(name)};
    while (from.take('.'))
      if (auto part = from.take_name())
        found = {std::move(found.table), *std::move(part)};
    into.push_back(std::move(found));
    (void)from.take(in_brackets ? ')' : '*');
  } while (from.take(','));
}

/// `in_block`: of a DO, where EXECUTE runs a text.
void add_written(std::string_view sql, bool in_block, std::vector<table_name>& into) {
  reader from{sql};
  bool executes = false;
  while (!from.at_end()) {
    if (const auto text = executes ? from.take_text() : std::nullopt) {
      add_written(*text, true, into);
      continue;
    }
    const auto token = from.next();
    if (token.is("INTO") || token.is("UPDATE")) {
      take_tables(from, into);
    } else if (token.is("DELETE") || token.is("ALTER") || token.is("DROP")) {
      if (from.take("FROM") || from.take("TABLE"))
        take_tables(from, into);
    } else if (token.is("TRUNCATE")) {
      (void)from.take("TABLE");
      take_tables(from, into);
    } else if (token.is("DO")) {
      if (const auto block = from.take_block())
        add_written(*block, true, into);
    }
    executes = in_block && (token.is("EXECUTE") || (executes && !token.is(';')));
  }
}

/// `in_block`: of a DO, where a text may be SQL that is made up and executed.
std::string_view find_call(std::string_view sql, bool in_block) {
  static constexpr std::array<std::string_view, 5> calls{
      "set_config", "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
      "pg_try_advisory_lock_shared"};
  reader from{sql};
  while (!from.at_end()) {
    const auto name = from.take_name();
    const auto known = name ? std::find(calls.begin(), calls.end(), *name) : calls.end();
    if (known != calls.end() && from.take('('))
      return *known;
    const auto inside = name && *name == "do" ? from.take_block()
                        : !name && in_block   ? from.take_text()
                                              : std::nullopt;
    if (inside) {
      if (const auto call = find_call(*inside, true); !call.empty())
        return call;
    } else if (!name) {
      (void)from.next();
    }
  }
  return {};
}

} // namespace

std::vector<table_name> written_tables(std::string_view sql) {
  std::vector<table_name> result;
  add_written(sql, false, result);
  return result;
}

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
