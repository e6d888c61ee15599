#include <waymark/persistence/process_instance.hpp>

#include "persistence/process_witness.hpp"

#include <waymark/messages/uuid.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark {

namespace {

// host / boot id / pid namespace / pid / start time in clock ticks / random
constexpr char separator = '/';

struct parts {
  std::string_view host, boot, space, pid, start, unique;
};

std::string first_line(const std::string& path) {
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return line;
}

std::string boot_id() {
  return first_line("/proc/sys/kernel/random/boot_id");
}

std::string pid_namespace() {
  struct stat found {};
  return ::stat("/proc/self/ns/pid", &found) == 0 ? std::to_string(found.st_ino) : "0";
}

/// The 22nd field of /proc/PID/stat; the second, the program's name, may hold blanks and brackets.
/// Empty if there is no such process, or it is a zombie that only waits to be reaped.
std::optional<std::string> start_ticks(std::string_view pid) {
  const auto line = first_line("/proc/" + std::string{pid} + "/stat");
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos)
    return std::nullopt;
  std::size_t at = name_end + 2;
  if (at < line.size() && (line[at] == 'Z' || line[at] == 'X'))
    return std::nullopt;
  for (int field = 3; field < 22 && at != std::string::npos; ++field) {
    at = line.find(' ', at);
    if (at != std::string::npos)
      ++at;
  }
  if (at == std::string::npos)
    return std::nullopt;
  return line.substr(at, line.find(' ', at) - at);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0)
    return "unknown";
  std::string result{name.data()};
  for (auto& c : result)
    if (c == separator)
      c = '-';
  return result;
}

std::string make_instance() {
  const auto pid = std::to_string(::getpid());
  std::string result = host_name();
  for (const auto& part :
       {boot_id(), pid_namespace(), pid, start_ticks(pid).value_or(""), uuid::v7().to_string()}) {
    result += separator;
    result += part;
  }
  return result;
}

std::optional<parts> split(std::string_view instance) {
  std::array<std::string_view, 6> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto end = instance.find(separator);
    if ((end == std::string_view::npos) != (i + 1 == fields.size()))
      return std::nullopt;
    fields[i] = instance.substr(0, end);
    instance.remove_prefix(end == std::string_view::npos ? instance.size() : end + 1);
  }
  return parts{fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]};
}

bool exists(std::string_view pid) {
  pid_t number = 0;
  const auto [end, error] = std::from_chars(pid.data(), pid.data() + pid.size(), number);
  if (error != std::errc{} || end != pid.data() + pid.size() || number <= 0)
    return true; // not for certain gone
  return ::kill(number, 0) == 0 || errno != ESRCH;
}

} // namespace

const std::string& this_process_instance() {
  static std::mutex mutex;
  static pid_t made_for = 0;
  // Names of before a fork stay where they are: somebody may hold a reference.
  static auto& names = *new std::vector<std::unique_ptr<std::string>>;
  const std::lock_guard lock{mutex};
  if (made_for != ::getpid()) {
    names.push_back(std::make_unique<std::string>(make_instance()));
    made_for = ::getpid();
  }
  return *names.back();
}

std::string make_owner_instance() {
  static std::atomic<unsigned> made{0};
  return this_process_instance() + "." + std::to_string(++made);
}

std::string_view process_of(std::string_view owner) noexcept {
  const auto last = owner.rfind(separator); // a host's name may hold dots
  return owner.substr(0, owner.find('.', last == std::string_view::npos ? 0 : last));
}

bool is_provably_dead(std::string_view instance) {
  if (const auto* witness = witness_of_processes.load(std::memory_order_relaxed))
    return !witness->lives(instance).value_or(true);
  const auto it = split(instance);
  if (!it || it->boot.empty() || it->start.empty() || it->boot != boot_id() ||
      it->space != pid_namespace())
    return false;
  if (const auto start = start_ticks(it->pid))
    return *start != it->start;
  // Without /proc nothing is certain; a zombie will write no more.
  return start_ticks(std::to_string(::getpid())).has_value() &&
         (!exists(it->pid) || !first_line("/proc/" + std::string{it->pid} + "/stat").empty());
}

bool is_provably_alive(std::string_view instance) {
  if (const auto* witness = witness_of_processes.load(std::memory_order_relaxed))
    return witness->lives(instance).value_or(false);
  const auto it = split(instance);
  if (!it || it->boot.empty() || it->start.empty() || it->boot != boot_id() ||
      it->space != pid_namespace())
    return false;
  const auto start = start_ticks(it->pid);
  return start && *start == it->start;
}

std::string_view unique_part(std::string_view instance) {
  const auto it = split(instance);
  return it ? it->unique.substr(0, it->unique.find('.')) : std::string_view{};
}

std::string describe_instance(std::string_view instance) {
  const auto it = split(instance);
  if (!it)
    return std::string{instance};
  return "pid " + std::string{it->pid} + " on host " + std::string{it->host};
}

} // namespace waymark
