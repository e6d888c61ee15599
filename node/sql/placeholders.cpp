#include "node/sql/placeholders.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace waymark::node {

namespace {

constexpr std::array<std::pair<std::string_view, value_source>, 15> names{{
    {"data", value_source::data},
    {"metadata", value_source::metadata},
    {"position", value_source::position},
    {"event_id", value_source::event_id},
    {"event_type", value_source::event_type},
    {"schema_version", value_source::schema_version},
    {"aggregate_type", value_source::aggregate_type},
    {"aggregate_id", value_source::aggregate_id},
    {"aggregate_version", value_source::aggregate_version},
    {"occurred_at", value_source::occurred_at},
    {"recorded_at", value_source::recorded_at},
    {"tenant_id", value_source::tenant_id},
    {"actor_id", value_source::actor_id},
    {"correlation_id", value_source::correlation_id},
    {"causation_id", value_source::causation_id},
}};

std::string all_names() {
  std::string result;
  for (const auto& [name, source] : names)
    if (source != value_source::data && source != value_source::metadata)
      result.append("{").append(name).append("}, ");
  return result + "{metadata/pointer}";
}

/// Whether a character beside a parameter would be taken for a part of it, or it for a part of a
/// name.
bool sticks(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

/// The same for one before it, with which SQLite's parameters may begin too.
bool sticks_before(char c) {
  return sticks(c) || c == ':' || c == '@' || c == '#' || c == '?';
}

/// The same for one behind it, which SQLite takes for a part of its name.
bool sticks_behind(char c) {
  return sticks(c) || c == '(';
}

/// Whether what stands behind a parameter is a cast with brackets that SQLite takes for a part of
/// its name, with a placeholder in them.
bool cast_swallows_placeholder(std::string_view behind) {
  std::size_t at = 0;
  while (at < behind.size() && (sticks(behind[at]) || behind.substr(at, 2) == "::"))
    at += behind[at] == ':' ? 2 : 1;
  if (at == 0 || behind.substr(at, 1) != "(")
    return false;
  const auto end = behind.find_first_of(") \t\n\v\f\r", at);
  return behind.substr(at, end - at).find('{') != std::string_view::npos;
}

bool begins_with_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

using kind = sql::token::kind;

class parser {
 public:
  parser(std::string_view text, sql::dialect of) : text_{text}, of_{of} {}

  parsed_sql run() {
    while (at_ < text_.size())
      step();
    return std::move(result_);
  }

 private:
  void step() {
    const auto rest = text_.substr(at_);
    if (rest.substr(0, 2) == "{{" || rest.substr(0, 2) == "}}")
      return copy(rest.substr(0, 1), 2);
    if (rest.front() == '{')
      return take_placeholder(rest);
    if (rest.front() == '}')
      complain("a } without a {; a brace of the SQL itself is written }}");
    if (rest.front() == '$' && begins_with_digit(rest.substr(1)) &&
        part() == kind::parameter)
      complain("$" + std::string{rest.substr(1, 1)} +
               " can't be given a value; write a placeholder like {/cents}");
    copy(rest.substr(0, 1), 1);
  }

  /// What stands at this place is part of.
  kind part() {
    while (end_ <= at_) {
      const auto next = sql::token_at(text_, end_, of_);
      part_ = next.what;
      end_ += next.text.size();
    }
    return part_;
  }

  void copy(std::string_view what, std::size_t length) {
    result_.statement.sql += what;
    at_ += length;
  }

  void complain(std::string what) { result_.mistakes.push_back({at_, std::move(what)}); }

  void take_placeholder(std::string_view rest) {
    const auto end = rest.find('}');
    if (end == std::string_view::npos) {
      complain("a { without a }; a brace of the SQL itself is written {{");
      return copy({}, rest.size());
    }
    const auto inside = rest.substr(1, end - 1);
    const auto shown = "{" + readable(inside, 60) + "}";
    if (const auto in = part(); in != kind::sign)
      complain(shown + " stands in " +
               (in == kind::comment ? "a comment" : "quotes, where it would be text") +
               (make(inside) ? "; a placeholder is a value and needs no quotes"
                             : "; braces of the SQL itself are doubled: {{ and }}"));
    else if (of_ == sql::dialect::sqlite && cast_swallows_placeholder(rest.substr(end + 1)))
      complain(shown + " has a cast with a placeholder in its brackets; write CAST(" + shown +
               " AS …)");
    else if (auto made = make(inside))
      add(std::move(*made));
    else if (is_optional_field(inside))
      complain(shown + " is not a placeholder; expected {" +
               std::string{inside.substr(0, inside.size() - 1)} +
               "}, which is NULL by itself where the event has none");
    else
      complain(shown + " is not a placeholder; expected a JSON Pointer into the data like " +
               "{/cents} or {/cents?}, or one of " + all_names() +
               " (braces of the SQL itself are doubled: {{ and }})");
    at_ += end + 1;
  }

  void add(placeholder made) {
    auto& [sql, values] = result_.statement;
    const auto next = at_ + made.text.size() + 2;
    end_ = next; // a placeholder's text is no SQL
    values.push_back(std::move(made));
    if (!sql.empty() && sticks_before(sql.back()))
      sql += ' ';
    sql += "$" + std::to_string(values.size());
    if (next < text_.size() && sticks_behind(text_[next])) // `{/a}1` must not become $11
      sql += ' ';
  }

  static bool is_optional_field(std::string_view inside) {
    return inside.ends_with('?') && make(inside.substr(0, inside.size() - 1)).has_value();
  }

  static std::optional<placeholder> make(std::string_view inside) {
    placeholder result;
    result.text = inside;
    auto body = inside;
    if (body.ends_with('?')) {
      result.optional = true;
      body.remove_suffix(1);
    }
    const auto slash = std::min(body.find('/'), body.size());
    const auto name = slash == 0 && !body.empty() ? "data" : body.substr(0, slash);
    auto pointer = json_pointer::parse(body.substr(slash));
    const auto known = std::find_if(names.begin(), names.end(),
                                    [&](const auto& each) { return each.first == name; });
    if (!pointer || known == names.end())
      return std::nullopt;
    result.source = known->second;
    const bool has_parts =
        result.source == value_source::data || result.source == value_source::metadata;
    if (!has_parts && (slash != body.size() || result.optional))
      return std::nullopt;
    result.pointer = std::move(*pointer);
    return result;
  }

  std::string_view text_;
  sql::dialect of_;
  std::size_t at_ = 0;
  kind part_ = kind::blank;
  std::size_t end_ = 0; ///< Of the part.
  parsed_sql result_;
};

} // namespace

parsed_sql parse_placeholders(std::string_view text, sql::dialect of) {
  return parser{text, of}.run();
}

} // namespace waymark::node
