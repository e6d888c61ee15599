#include "tests/simulation/tally.hpp"

#include "tests/simulation/move.hpp"

#include <waymark/messages/status.hpp>

namespace waymark::sim {

namespace {

struct place {
  const char* name;
  bool writes;     ///< Fails when the disk is full.
  bool has_answer; ///< Which may be lost.
};

/// Where calls to stores fail.
constexpr place places[] = {{"append", true, true},
                            {"read the log", false, false},
                            {"make tables", true, true},
                            {"claim", true, true},
                            {"begin an attempt", true, true},
                            {"end an attempt", true, true},
                            {"read a record", false, false},
                            {"release", true, true},
                            {"renew", true, true},
                            {"save a position", true, true},
                            {"keep a failure", true, true},
                            {"reset", true, true},
                            {"begin", true, false},
                            {"execute a statement", true, false},
                            {"query", false, false},
                            {"park", true, false},
                            {"unpark", true, false},
                            {"add a letter", true, false},
                            {"update a letter", true, false},
                            {"settle a letter", true, false},
                            {"clear an attempt", true, false},
                            {"commit", true, true}};

/// No log is replaced by another one here, and no watchdog looks.
bool is_possible(projection_state state) {
  return state != projection_state::diverged && state != projection_state::stalled;
}

} // namespace

void tally::count(std::string_view kind, std::string_view what) {
  auto of_kind = kinds_.find(kind);
  if (of_kind == kinds_.end())
    of_kind = kinds_.emplace(kind, counts{}).first;
  const auto found = of_kind->second.find(what);
  if (found == of_kind->second.end())
    of_kind->second.emplace(what, 1);
  else
    ++found->second;
}

void tally::add(const tally& other) {
  for (const auto& [kind, all] : other.kinds_)
    for (const auto& [what, number] : all)
      kinds_[kind][what] += number;
}

std::vector<std::string> tally::missing() const {
  std::vector<std::string> result;
  const auto require = [&](std::string_view kind, std::string_view what) {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end() || found->second.find(what) == found->second.end())
      result.push_back(std::string{kind} + " " + std::string{what});
  };
  for (const auto name : move_names)
    require("move", name);
  for (int i = 0; i <= static_cast<int>(projection_state::ended); ++i)
    if (const auto state = static_cast<projection_state>(i); is_possible(state))
      require("state", to_string(state));
  counts known;
  for (const auto& each : places) {
    known.emplace(each.name, 0);
    require("fails at", each.name);
    if (each.writes)
      require("disk full at", each.name);
    if (each.has_answer)
      require("reply lost after", each.name);
  }
  if (const auto failed = kinds_.find("fails at"); failed != kinds_.end())
    for (const auto& [what, number] : failed->second)
      if (!known.contains(what))
        result.push_back("\"" + what + "\" in the list of places");
  return result;
}

std::string tally::table() const {
  std::string text;
  for (const auto& [kind, all] : kinds_)
    for (const auto& [what, number] : all)
      text += kind + " " + what + ": " + std::to_string(number) + "\n";
  return text;
}

} // namespace waymark::sim
