#include "tests/simulation/producer.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::sim {

namespace {

uuid make_id(rng& random) {
  uuid id;
  for (auto& byte : id.bytes)
    byte = static_cast<std::uint8_t>(random.next());
  return id;
}

} // namespace

written_event producer::make_event(const stream_id& stream) {
  static constexpr const char* types[] = {"Noted",   "Noted",   "Noted",
                                          "Counted", "Counted", "Strange"};
  static constexpr const char* groups[] = {"g1", "g2", "g3"};
  static constexpr doing troubles[] = {
      doing::always,   doing::always,   doing::flaky,  doing::flaky, doing::violates,
      doing::careless, doing::careless, doing::broken, doing::away,  doing::unreadable};
  static constexpr doing deaths[] = {doing::crashes, doing::crashes, doing::gorges,
                                     doing::vanishes};
  written_event e;
  e.id = make_id(random_);
  e.type = random_.pick(types);
  e.stream = stream;
  if (!random_.one_in(30))
    e.group = random_.pick(groups);
  if (random_.per_mille(poison_)) {
    e.what = random_.pick(troubles);
    e.times = e.what == doing::flaky ? random_.between(1, 4) : 0;
  }
  if (random_.per_mille(deadly_)) {
    e.what = random_.pick(deaths);
    e.times = random_.below(3);
  }
  return e;
}

producer::command producer::make_good(const stream_id& stream, std::int64_t version) {
  command c;
  c.send.stream = stream;
  for (int n = random_.between(1, 4); n > 0; --n)
    c.events.push_back(make_event(stream));
  const expected_version choices[] = {any_version, expected_version{version},
                                      version == 0 ? no_stream : stream_exists};
  c.send.expected = random_.pick(choices);
  return c;
}

producer::command producer::make_command(std::map<std::string, std::int64_t>& versions) {
  static constexpr const char* types[] = {"A", "A", "B"};
  static constexpr const char* ids[] = {"1", "2", "3"};
  const stream_id stream{random_.pick(types), random_.pick(ids)};
  auto& version = versions[to_string(stream)];
  command c;
  const auto choice = random_.below(10);
  if (choice == 0 && !done_.empty()) {
    c = done_[random_.index(done_.size())];
    c.what = kind::repeated;
    c.send.expected = expected_version{99}; // ids are looked at before versions
    return c;
  }
  c = make_good(stream, version);
  if (choice == 1) {
    c.what = kind::conflicting;
    c.send.expected = version > 0 ? no_stream : expected_version{3};
    c.actual_version = version;
  } else if (choice == 2 && !all_.empty()) {
    c.what = kind::mixed;
    c.events.push_back(all_[random_.index(all_.size())]);
  }
  for (const auto& e : c.events)
    c.send.events.push_back(e.as_new());
  if (c.what == kind::good)
    version += static_cast<std::int64_t>(c.events.size());
  return c;
}

void producer::append_something() {
  if (group_.empty()) {
    auto versions = versions_;
    for (int n = random_.one_in(3) ? random_.between(2, 3) : 1; n > 0; --n)
      group_.push_back(make_command(versions));
  }
  send();
}

void producer::settle() {
  if (!group_.empty())
    send();
}

void producer::send() {
  std::vector<append_command> commands;
  auto position = static_cast<position_t>(all_.size());
  for (auto& c : group_) {
    commands.push_back(c.send);
    if (c.what == kind::good)
      for (auto& e : c.events)
        e.position = ++position;
  }
  std::vector<append_result> answers;
  try {
    answers = log_->append(commands);
  } catch (const store_error& problem) {
    trace_.say(std::string{"append: "} + problem.what());
    // Sent again, it may meet what its own group has written.
    std::erase_if(group_, [](const command& c) { return c.what == kind::conflicting; });
    return;
  }
  const auto asked = std::move(group_);
  group_.clear();
  for (std::size_t i = 0; i < asked.size(); ++i)
    check(asked[i], answers.at(i));
}

void producer::check(const command& asked, const append_result& answer) {
  using status = append_result::status;
  const auto wrong = [&](const char* what) {
    trace_.broken(std::string{"G1: "} + what + " to " + to_string(asked.send.stream) + ": " +
                  answer.problem);
  };
  switch (asked.what) {
  case kind::conflicting:
    if (answer.state != status::conflict || answer.actual_version != asked.actual_version)
      wrong("a conflicting append got the wrong answer");
    return;
  case kind::mixed:
    if (answer.state != status::duplicate)
      wrong("an append of new and known ids was not refused");
    return;
  case kind::repeated:
    if (answer.state != status::appended || !answer.value.already_there ||
        answer.value.first_position != asked.first_position)
      wrong("a repeated append did not get the first answer again");
    return;
  case kind::good:
    break;
  }
  const auto first = static_cast<position_t>(all_.size()) + 1;
  const auto count = static_cast<position_t>(asked.events.size());
  if (answer.state != status::appended)
    return wrong("an append was refused");
  if (answer.value.first_position != first || answer.value.last_position != first + count - 1)
    wrong("the positions of an append are not dense");
  done_.push_back(asked);
  done_.back().first_position = first;
  for (const auto& e : asked.events)
    all_.push_back(e);
  versions_[to_string(asked.send.stream)] += count;
  trace_.say("appended " + std::to_string(first) + ".." + std::to_string(first + count - 1));
}

const written_event* producer::find(position_t position) const {
  if (position <= static_cast<position_t>(all_.size()))
    return &all_[static_cast<std::size_t>(position - 1)];
  auto ahead = static_cast<std::size_t>(position) - all_.size();
  for (const auto& c : group_) {
    if (c.what != kind::good)
      continue;
    if (ahead <= c.events.size())
      return &c.events[ahead - 1];
    ahead -= c.events.size();
  }
  return nullptr;
}

void producer::audit(event_store& log) const {
  const auto found = log.read_all(0, {100'000, 100'000'000, 100'000}, {});
  if (found.events.size() != all_.size() || log.head() != static_cast<position_t>(all_.size()))
    return trace_.broken("G1: " + std::to_string(all_.size()) + " events were acknowledged, " +
                         std::to_string(found.events.size()) + " are in the log");
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (found.events[i].position != all_[i].position || found.events[i].event_id != all_[i].id)
      return trace_.broken("G1: the log has another event at position " + std::to_string(i + 1));
}

} // namespace waymark::sim
