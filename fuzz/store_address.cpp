#include <waymark/messages/error.hpp>
#include <waymark/persistence/store.hpp>

#include "fuzz/fuzz.hpp"
#include "messages/text.hpp"
#include "persistence/postgres/address.hpp"

#include <string>

#include <unistd.h>

namespace {

using namespace waymark;

/// Addresses of files are opened in a folder where there are none, and none is made.
void enter_empty_folder() {
  char folder[] = "/tmp/waymark-fuzz-XXXXXX";
  fuzz::require(::mkdtemp(folder) != nullptr && ::chdir(folder) == 0 && ::rmdir(folder) == 0,
                "there is an empty folder");
}

void require_sound(const postgres::address& where, const std::string& text) {
  fuzz::require(where.max_sessions >= 1 && !where.schema.empty(), "options have useful values");
  if (text.find('%') != std::string::npos)
    return; // what is shown may have any byte then
  fuzz::require(is_utf8(where.shown) || !is_utf8(text), "what is shown is text");
  auto shown = where.shown;
  if (fuzz::canary && where.max_sessions == 3)
    shown += ":" + where.password + "@";
  const auto first = text.find(where.password);
  const bool once = first != std::string::npos && first == text.rfind(where.password);
  if (once && !where.password.empty()) // else it may be the name of something, too
    for (const auto& leak : {":" + where.password + "@", "password=" + where.password})
      fuzz::require(shown.find(leak) == std::string::npos, "no password is shown");
}

void refuse_or_open(const std::string& text) {
  open_options options;
  options.create = false;
  if (!text.starts_with("postgres")) {
    const auto opened = open(text, options);
    fuzz::require(opened.events && opened.projections, "what is opened has both stores");
    return;
  }
  static_cast<void>(postgresql_schema(text)); // all of `open` that needs no server
  require_sound(postgres::address::parse(text), text);
}

} // namespace

/// An address as a user writes it. A file is named without folders, so that nothing outside is
/// touched.
void fuzz::one_input(std::string_view input) {
  [[maybe_unused]] static const bool once = (enter_empty_folder(), true);
  if (input.starts_with("sqlite:") && input.find('/') != std::string_view::npos)
    return;
  try {
    refuse_or_open(std::string{input});
  } catch (const error& refused) {
    const std::string why = refused.what();
    require(!why.empty(), "a refusal has a reason");
    require(is_utf8(why) || !is_utf8(input), "reasons are text");
  }
}
