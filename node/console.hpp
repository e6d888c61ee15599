#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace waymark::node {

enum class colour : unsigned char { red, green, yellow, dim, bold };

/// Where a command reads and writes: results on `out`, logs, progress and questions on `err`.
/// A test gives streams of its own. Not thread-safe.
class console {
 public:
  /// Looks whether standard output and error are terminals only for std::cout and std::cerr.
  console(std::istream& in, std::ostream& out, std::ostream& err);

  [[nodiscard]] std::istream& in() const noexcept { return in_; }
  [[nodiscard]] std::ostream& out() const noexcept { return out_; }
  [[nodiscard]] std::ostream& err() const noexcept { return err_; }

  /// Whether a person looks at results or at progress: only then is anything redrawn or coloured.
  [[nodiscard]] bool out_is_terminal() const noexcept { return out_is_terminal_; }
  [[nodiscard]] bool err_is_terminal() const noexcept { return err_is_terminal_; }

  /// How wide the terminal is that results go to, now; without limit if they go elsewhere.
  [[nodiscard]] std::size_t columns() const noexcept;

  /// `text` in a colour, if results go to a terminal and NO_COLOR is not set.
  [[nodiscard]] std::string paint(std::string_view text, colour with) const;

  /// One JSON document on a line of its own on `out`, flushed; a terminal takes nothing in it for
  /// orders.
  void print_json(const nlohmann::json& document);
  /// The same of one that is text already.
  void print_json_text(std::string_view document);

  /// "waymark: TEXT" on `err`; a terminal takes nothing in it for orders.
  void complain(std::string_view text);

  /// Redraws the line of progress; only on a terminal. An empty text takes it away.
  void show_progress(std::string_view text);

  /// Asks a question that "y" or "yes" answers with true; false if nobody can answer.
  [[nodiscard]] bool ask(std::string_view question);

 private:
  std::istream& in_;
  std::ostream& out_;
  std::ostream& err_;
  bool out_is_terminal_;
  bool err_is_terminal_;
  bool colours_;
};

/// Lets a program with closed pipes end by its own decision: writing to one fails instead.
void ignore_broken_pipes() noexcept;

} // namespace waymark::node
