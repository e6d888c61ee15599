#include "supervisors/roster.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>

namespace waymark {
namespace {

using namespace std::chrono_literals;

auto named(const std::string& name) {
  return [&name](const roster::listed& e) { return e.spec.name == name; };
}

} // namespace

roster::roster(std::vector<std::string> order) : order_{std::move(order)} {
}

void roster::add(child_spec spec) {
  const std::lock_guard lock{mutex_};
  for (auto& entry : entries_)
    if (entry.spec.nested && entry.spec.nested->knows(spec.name))
      return entry.spec.nested->add(std::move(spec));
  if (std::any_of(entries_.begin(), entries_.end(), named(spec.name)))
    throw usage_error{"a child named '" + spec.name + "' is supervised already; stop it first"};
  const auto place = std::find_if(entries_.begin(), entries_.end(), [&](const listed& other) {
    return rank(other.spec.name) > rank(spec.name);
  });
  entries_.insert(place, {std::move(spec), false});
}

void roster::remove(const std::string& name) {
  const std::lock_guard lock{mutex_};
  std::erase_if(entries_, named(name));
  for (const auto& entry : entries_)
    if (entry.spec.nested)
      entry.spec.nested->remove(name);
}

void roster::mark_stopped(const std::string& name, bool stopped) {
  const std::lock_guard lock{mutex_};
  for (auto& entry : entries_)
    if (entry.spec.name == name)
      entry.stopped = stopped;
}

bool roster::knows(const std::string& name) const {
  const std::lock_guard lock{mutex_};
  return rank(name) < order_.size() ||
         std::any_of(entries_.begin(), entries_.end(), [&](const listed& e) {
           return e.spec.name == name || (e.spec.nested && e.spec.nested->knows(name));
         });
}

std::vector<roster::listed> roster::children() const {
  const std::lock_guard lock{mutex_};
  return entries_;
}

std::chrono::milliseconds roster::shutdown() const {
  std::chrono::milliseconds sum{0};
  for (const auto& entry : children())
    sum += shutdown_of(entry.spec);
  return sum;
}

std::size_t roster::rank(const std::string& name) const {
  return static_cast<std::size_t>(std::find(order_.begin(), order_.end(), name) - order_.begin());
}

std::chrono::milliseconds shutdown_of(const child_spec& spec) {
  return spec.nested ? spec.nested->shutdown() + 1s : spec.shutdown;
}

} // namespace waymark
