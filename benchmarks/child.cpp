#include "benchmarks/child.hpp"

#include "benchmarks/engines.hpp"
#include "benchmarks/sample.hpp"
#include "benchmarks/shop.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::string_view mark = "--child";

/// Peak memory of an engine whose projection catches up, or is at the head already.
double peak_of_engine(const std::string& file) {
  waymark::engine engine{waymark::open("sqlite:" + file), silent()};
  catch_up(engine, engine.start(table_projection(0)));
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  return peak_mib();
}

/// Share of one core, in percent, that 50 projections with nothing to do take.
double idle_share(const std::string& file, double seconds) {
  waymark::engine engine{waymark::open("sqlite:" + file), silent()};
  for (int i = 0; i < 50; ++i)
    catch_up(engine, engine.start(table_projection(i)));
  const std::chrono::duration<double> span{seconds};
  std::this_thread::sleep_for(span / 2);
  const auto before = cpu_seconds();
  std::this_thread::sleep_for(span);
  return (cpu_seconds() - before) / seconds * 100;
}

std::string read_all(int from) {
  std::string text;
  std::array<char, 256> some{};
  for (ssize_t n = 0; (n = ::read(from, some.data(), some.size())) > 0;)
    text.append(some.data(), static_cast<std::size_t>(n));
  return text;
}

void append_slowly(const std::string& address, std::int64_t events) {
  using std::chrono::steady_clock;
  std::vector<std::int64_t> times;
  {
    waymark::engine engine{waymark::open(address), silent()};
    auto next = steady_clock::now();
    for (std::int64_t n = 0; n < events; ++n) {
      std::this_thread::sleep_until(next += std::chrono::milliseconds{10});
      engine.append(std::move(commands(n, 1, events, false).front()));
      times.push_back(steady_clock::now().time_since_epoch().count());
    }
  }
  for (const auto each : times)
    std::printf("%lld\n", static_cast<long long>(each));
}

/// What a child of that kind prints.
std::string output_of_child(const std::string& kind, const std::string& file, double number) {
  auto program = std::filesystem::read_symlink("/proc/self/exe").string();
  std::array<std::string, 5> words{program, std::string{mark}, kind, file, std::to_string(number)};
  std::array<char*, 6> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i)
    arguments[i] = words[i].data();
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0)
    throw std::runtime_error{"no pipe for a child"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  const auto answer = failed == 0 ? read_all(ends[0]) : std::string{};
  ::close(ends[0]);
  int status = -1;
  if (failed == 0)
    ::waitpid(child, &status, 0);
  if (status != 0)
    throw std::runtime_error{"the child that measures \"" + kind + "\" failed"};
  return answer;
}

} // namespace

double measure_in_child(const std::string& kind, const std::string& file, double seconds) {
  return std::stod(output_of_child(kind, file, seconds));
}

std::vector<std::int64_t> append_in_child(const std::string& address, std::int64_t events) {
  std::istringstream answer{output_of_child("append", address, static_cast<double>(events))};
  return {std::istream_iterator<std::int64_t>{answer}, {}};
}

std::optional<int> run_as_child(int count, char** arguments) {
  if (count != 5 || arguments[1] != mark)
    return std::nullopt;
  const std::string_view kind{arguments[2]};
  const std::string file{arguments[3]};
  if (kind == "append") {
    append_slowly(file, std::stoll(arguments[4]));
    return EXIT_SUCCESS;
  }
  const auto found =
      kind == "idle share" ? idle_share(file, std::stod(arguments[4])) : peak_of_engine(file);
  std::printf("%.6f\n", found);
  return EXIT_SUCCESS;
}

} // namespace bench
