#include "tests/simulation/trace.hpp"

#include <waymark/messages/hash.hpp>

namespace waymark::sim {

void trace::say(std::string line) {
  hash_ = hash_ * 1099511628211u ^ fnv1a(line);
  ++lines_;
  last_.push_back(std::move(line));
  if (last_.size() > kept)
    last_.pop_front();
}

void trace::broken(std::string problem) {
  if (problem_)
    return;
  say("BROKEN " + problem);
  problem_ = std::move(problem);
}

std::string trace::tail() const {
  std::string text;
  auto number = lines_ - static_cast<std::int64_t>(last_.size());
  for (const auto& line : last_)
    text += "  " + std::to_string(++number) + "  " + line + "\n";
  return text;
}

} // namespace waymark::sim
