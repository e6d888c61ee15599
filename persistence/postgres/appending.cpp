#include "persistence/postgres/appending.hpp"

#include "persistence/append_answers.hpp"
#include "persistence/postgres/append_call.hpp"
#include "persistence/postgres/append_lock.hpp"

namespace waymark::postgres {

namespace {

using commands = std::span<const append_command* const>;

/// Empty if that can't be told now.
std::string obstacle(session& on) noexcept {
  try {
    return holder_of_append_lock(on);
  } catch (const std::exception&) { // what the append has failed with says more
    return {};
  }
}

std::vector<append_result> send_once(database& in, append_call& call) {
  const session_pool::lease lease{in.appender()};
  try {
    return call.send(lease.on());
  } catch (const store_error& e) {
    if (e.outcome_unknown() || !lease.on().sound())
      throw;
    const auto holder = obstacle(lease.on());
    throw store_error{holder.empty() ? e.what() : std::string{e.what()} + "; " + holder};
  }
}

/// Wakes who waits for the log. They would look by themselves before long, so that this fails says
/// nothing of the append.
void tell_of_growth(database& in) noexcept {
  try {
    in.growth().signal();
    in.listener().tell();
  } catch (const std::exception&) { // a thread can't be made now
  }
}

/// The ids settle whether a call took effect whose answer was lost: what it wrote is known now.
std::vector<append_result> send(database& in, append_call& call) {
  try {
    return send_once(in, call);
  } catch (const store_error& e) {
    if (!e.outcome_unknown())
      throw;
    call.lose_answer();
  }
  try {
    return send_once(in, call);
  } catch (const store_error& e) {
    tell_of_growth(in);
    throw store_error{e.what(), store_error::outcome::unknown};
  }
}

class group_writer {
 public:
  explicit group_writer(database& in) : in_{in} {}

  void write(commands some) {
    while (!some.empty()) {
      append_call call{some, in_.dated()};
      const auto taken = some.first(call.size());
      some = some.subspan(call.size());
      try {
        keep(call, send(in_, call));
      } catch (const statement_error& e) {
        one_by_one(taken, e);
      } catch (const store_error& e) {
        if (results.empty())
          throw;
        throw store_error{e.what(), store_error::outcome::unknown};
      }
    }
  }

  std::vector<append_result> results;

 private:
  void keep(const append_call& call, std::vector<append_result> answers) {
    for (auto& each : answers)
      results.push_back(std::move(each));
    if (call.wrote())
      tell_of_growth(in_);
  }

  void one_by_one(commands some, const statement_error& why) {
    if (some.size() == 1) {
      results.push_back(refused(*some.front(), why.what()));
      return;
    }
    for (std::size_t i = 0; i < some.size(); ++i)
      write(some.subspan(i, 1));
  }

  database& in_;
};

} // namespace

std::vector<append_result> append_group(database& in, std::span<const append_command> group) {
  std::vector<append_result> results(group.size());
  std::vector<const append_command*> sound;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (const auto mistake = find_mistake(group[i])) {
      results[i] = refused(group[i], *mistake);
    } else {
      sound.push_back(&group[i]);
      places.push_back(i);
    }
  }
  group_writer writer{in};
  writer.write(sound);
  for (std::size_t i = 0; i < places.size(); ++i)
    results[places[i]] = std::move(writer.results[i]);
  return results;
}

} // namespace waymark::postgres
