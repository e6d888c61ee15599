#include "node/console.hpp"

#include "node/text_table.hpp"

#include <nlohmann/json.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <limits>

namespace waymark::node {

namespace {

std::string_view code_of(colour c) {
  switch (c) {
  case colour::red: return "31";
  case colour::green: return "32";
  case colour::yellow: return "33";
  case colour::dim: return "2";
  case colour::bold: return "1";
  }
  return "0";
}

bool colours_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (!no_color || !*no_color) && (!terminal || std::string_view{terminal} != "dumb");
}

} // namespace

console::console(std::istream& in, std::ostream& out, std::ostream& err)
    : in_{in}, out_{out}, err_{err},
      out_is_terminal_{&out == &std::cout && ::isatty(STDOUT_FILENO) == 1},
      err_is_terminal_{&err == &std::cerr && ::isatty(STDERR_FILENO) == 1},
      colours_{out_is_terminal_ && colours_wanted()} {}

std::size_t console::columns() const noexcept {
  winsize found{};
  const bool known = out_is_terminal_ && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) == 0;
  return known && found.ws_col > 0 ? found.ws_col : std::numeric_limits<std::size_t>::max();
}

std::string console::paint(std::string_view text, colour with) const {
  if (!colours_)
    return std::string{text};
  std::string painted{"\033["};
  painted.append(code_of(with)).append("m").append(text).append("\033[0m");
  return painted;
}

void console::print_json(const nlohmann::json& document) {
  using nlohmann::json;
  print_json_text(document.dump(-1, ' ', false, json::error_handler_t::replace));
}

void console::print_json_text(std::string_view document) {
  if (out_is_terminal_)
    out_ << printable_json(document) << '\n' << std::flush;
  else
    out_ << document << '\n' << std::flush;
}

void console::complain(std::string_view text) {
  show_progress("");
  err_ << "waymark: " << printable(text) << '\n' << std::flush;
}

void console::show_progress(std::string_view text) {
  if (err_is_terminal_)
    err_ << "\r\033[K" << text << std::flush;
}

bool console::ask(std::string_view question) {
  err_ << printable(question) << " [y/N] " << std::flush;
  std::string answer;
  if (!std::getline(in_, answer))
    err_ << '\n';
  return answer == "y" || answer == "Y" || answer == "yes";
}

void ignore_broken_pipes() noexcept {
  std::signal(SIGPIPE, SIG_IGN);
}

} // namespace waymark::node
