#include "examples/simulated_restart/child.hpp"

#include "examples/simulated_restart/bank.hpp"

#include <csignal>
#include <functional>
#include <iostream>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace restart {

namespace {

constexpr int producers = 4;

/// One line in one write, which a pipe takes whole or not at all.
void say(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    _exit(3);
}

void append_one(waymark::engine& engine, const std::string& account, std::int64_t version) {
  const auto where =
      engine.append({{"Account", account}, version - 1, {movement_event(account, version)}});
  say("ack " + std::to_string(where.last_position) + " " + account + " " + std::to_string(version) +
      "\n");
}

/// Sends the newest event again, as a producer does that never heard of its acknowledgement.
/// @returns the stream's version.
std::int64_t repeat_newest(waymark::engine& engine, const std::string& account) {
  const auto newest =
      engine.log().read_stream({"Account", account}, {.limit = 1, .backward = true});
  if (newest.empty())
    return 0;
  append_one(engine, account, newest.front().aggregate_version);
  return newest.front().aggregate_version;
}

void produce(waymark::engine& engine, int producer) {
  std::vector<std::pair<std::string, std::int64_t>> streams;
  for (int i = producer; i < accounts; i += producers)
    streams.emplace_back(account_name(i), repeat_newest(engine, account_name(i)));
  for (;;)
    for (auto& [account, version] : streams)
      append_one(engine, account, ++version);
}

/// What a producer can't go on with ends the process, which the parent takes for a failure.
void produce_or_exit(waymark::engine& engine, int producer) {
  try {
    produce(engine, producer);
  } catch (const std::exception& e) {
    std::cerr << "child: " << e.what() << std::endl;
    _exit(1);
  }
}

} // namespace

void live_as_child(const options& given) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  waymark::engine engine{waymark::open("sqlite:" + given.child),
                         {.log = {.level = waymark::log_level::warning}}};
  engine.start(balances(given.shards));
  engine.start(kinds(given.shards));
  say("ready\n");
  std::vector<std::thread> threads;
  for (int i = 0; i < producers; ++i)
    threads.emplace_back(produce_or_exit, std::ref(engine), i);
  for (auto& thread : threads)
    thread.join();
  _exit(1);
}

} // namespace restart
