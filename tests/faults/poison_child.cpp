// poison_child ADDRESS KIND PROJECTIONS GUILTY
//
// Projects the log at ADDRESS with PROJECTIONS projections p0, p1 …, each of which keeps the ids of
// the orders it has seen, says "up", each event that p0 has handled, and "done" once all of them
// have passed the log's head of the start; then it ends well. Projection pGUILTY can't stand orders
// of the day "poison": KIND says what they do to it. "rule" and "upcaster" die of SIGSEGV in the
// function of .sequence_by or in an upcaster; "ruled" in the handler, with such a function. "exit"
// calls exit(). "host" waits for 1.5 s, and then another thread dies of SIGSEGV. Orders of the day
// "slow" take 150 ms; p0 says "begun" when one is begun.
#include "tests/testing/orders.hpp"

#include <waymark/messages/upcasters.hpp>
#include <waymark/supervisors/engine.hpp>

#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace {

int overflow(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth < 0 ? frame[0] : overflow(depth + 1) + frame[0];
}

/// Until it has so much that somebody kills it for that.
[[noreturn]] void grow() {
  constexpr std::size_t piece = 4u * 1024 * 1024;
  for (int i = 0; i < 100; ++i)
    std::memset(std::malloc(piece), 1, piece); // NOLINT: nobody frees it
  for (;;)
    ::pause();
}

void throw_where_none_may() noexcept { static_cast<void>(std::vector<int>{}.at(1)); }

void say(const std::string& line) {
  const auto whole = line + "\n";
  static_cast<void>(!::write(1, whole.data(), whole.size()));
}

void limit(int what, rlim_t bytes) {
  const rlimit most{bytes, bytes};
  ::setrlimit(static_cast<__rlimit_resource>(what), &most);
}

/// Comes to a limit that the system sets its memory, and does not look whether it got any.
[[noreturn]] void exceed() {
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  limit(RLIMIT_AS, pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (rlim_t{64} << 20));
  for (;;)
    *static_cast<volatile char*>(std::malloc(1u << 20)) = 1; // NOLINT: nobody frees it
}

[[noreturn]] void die_elsewhere() {
  std::this_thread::sleep_for(std::chrono::milliseconds{1500});
  std::thread{[] { std::raise(SIGSEGV); }}.detach();
  for (;;)
    ::pause();
}

void misbehave(const std::string& kind) {
  say("poison");
  if (kind == "segv" || kind == "rule" || kind == "ruled" || kind == "upcaster")
    *reinterpret_cast<volatile int*>(16) = 1; // NOLINT: that is the point
  else if (kind == "abort")
    std::abort();
  else if (kind == "overflow")
    std::exit(overflow(0));
  else if (kind == "terminate")
    throw_where_none_may();
  else if (kind == "exit")
    std::exit(3);
  else if (kind == "host")
    die_elsewhere();
  else if (kind == "grow")
    grow();
  else if (kind == "exceed")
    exceed();
  else if (kind == "loop")
    for (volatile bool forever = true; forever;)
      ;
  else if (kind == "many")
    static_cast<void>(std::vector<char>(std::size_t{1} << 40));
}

std::string key_of(const waymark::event& e, const std::string& kind) {
  if (kind == "rule" && e.data.text().find("poison") != std::string::npos)
    misbehave(kind);
  return "key of " + e.aggregate_id;
}

nlohmann::json lift(nlohmann::json data) {
  if (data.at("day") == "poison")
    misbehave("upcaster");
  return data;
}

waymark::projection make_untyped(const std::string& name) {
  return waymark::projection{name}
      .table("CREATE TABLE IF NOT EXISTS seen_" + name + " (id TEXT)")
      .on("OrderPlaced", [=](waymark::read_model& db, const nlohmann::json&,
                             const waymark::event& envelope) {
        db.execute("INSERT INTO seen_" + name + " VALUES ($1)", envelope.aggregate_id);
        say("handled");
      });
}

waymark::projection make(const std::string& name, const std::string& kind) {
  const bool speaks = name == "p0";
  if (kind == "upcaster")
    return make_untyped(name);
  auto made = waymark::projection{name};
  if (kind == "rule" || kind == "ruled")
    made.sequence_by("by-id", [=](const waymark::event& e) { return key_of(e, kind); });
  return std::move(made)
      .table("CREATE TABLE IF NOT EXISTS seen_" + name + " (id TEXT)")
      .on<shop::order_placed>([=](waymark::read_model& db, const shop::order_placed& e,
                                  const waymark::event& envelope) {
        db.execute("INSERT INTO seen_" + name + " VALUES ($1)", envelope.aggregate_id);
        if (e.day == "poison" && !kind.empty() && kind != "rule")
          misbehave(kind);
        if (e.day == "slow") {
          if (speaks)
            say("begun");
          std::this_thread::sleep_for(std::chrono::milliseconds{150});
        }
        if (speaks)
          say("handled");
      })
      .retry({.attempts = 2, .backoff = {std::chrono::milliseconds{1}}});
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 5)
    return 2;
  limit(RLIMIT_CORE, 0);
  const std::string kind = argv[2];
  if (kind == "many")
    limit(RLIMIT_AS, rlim_t{4} << 30);
  if (kind == "upcaster")
    waymark::upcasters::register_upcaster("OrderPlaced", 1, lift);
  waymark::engine_options options;
  options.log.level = waymark::log_level::off;
  waymark::engine it{waymark::open(argv[1]), options};
  const auto head = it.head();
  const int count = std::stoi(argv[3]);
  for (int i = 0; i < count; ++i)
    it.start(make("p" + std::to_string(i), i == std::stoi(argv[4]) ? kind : ""));
  say("up");
  for (const auto& name : it.names())
    if (it.wait_until(name, head, std::chrono::minutes{1}) == waymark::wait_result::stopped) {
      say("stopped");
      it.discard_event(name); // which does not ask for the key either
      static_cast<void>(it.wait_until(name, head, std::chrono::minutes{1}));
    }
  it.stop();
  say("done");
}
