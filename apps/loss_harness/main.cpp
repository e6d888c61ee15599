// waymark-loss-harness ADDRESS [--events N] [--writers N] [--readers N] [--seed N] [--canary]
//
// Many processes append to a log in PostgreSQL while others tail it; then every reader must have
// seen every acknowledged event once, in order, at dense positions. ADDRESS names a schema that
// does not exist, by schema=NAME; it goes away at the end. The role must be allowed to create a
// database, for a writer in another one. With --canary the readers are wrong on purpose, and the
// run succeeds only if it finds that out.
#include "apps/loss_harness/report.hpp"
#include "apps/loss_harness/roles.hpp"
#include "apps/loss_harness/session.hpp"

#include "persistence/postgres/address.hpp"

#include <waymark/persistence/store.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace waymark;
using loss::settings;

/// A child that runs `role`. Forked before this process has any thread or connection.
pid_t start(const std::function<void()>& role) {
  std::fflush(nullptr);
  const auto child = ::fork();
  if (child != 0)
    return child;
  try {
    role();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    ::_exit(1);
  }
  ::_exit(0);
}

bool succeeded(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool all_succeeded(const std::vector<pid_t>& children) {
  bool result = true;
  for (const auto child : children)
    result = succeeded(child) && result;
  return result;
}

/// The same server's other database.
std::string elsewhere(const std::string& address, const std::string& database) {
  const auto slash = address.find('/', address.find("//") + 2);
  const auto end = address.find('?');
  if (slash == std::string::npos || (end != std::string::npos && slash > end))
    throw std::runtime_error{"the address must name a database"};
  return address.substr(0, slash + 1) + database +
         (end == std::string::npos ? "" : address.substr(end));
}

void in_child(const std::function<void()>& action, const char* what) {
  if (!succeeded(start(action)))
    throw std::runtime_error{std::string{what} + " failed"};
}

/// The run drops its schema at the end, so it takes none that was there.
void make_log(const settings& all) {
  if (loss::session{all.address}.run(
          "SELECT count(*) FROM pg_namespace WHERE quote_ident(nspname) = "
          "quote_ident('" +
          postgres::address::parse(all.address).schema + "')") != "0")
    throw std::runtime_error{"the schema " + all.schema +
                             " is there already; name one that is not, "
                             "by schema=NAME in the address"};
  (void)open(all.address);
}

/// As ctest starts it: the private server's address, and a schema that nobody uses.
std::string address_for_test() {
  const char* name = std::getenv("WAYMARK_TEST_POSTGRES");
  std::ifstream file{name != nullptr ? name : ""};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("address="))
      return line.substr(8) + "&schema=loss_harness_" + std::to_string(::getpid());
  throw std::runtime_error{"there is no PostgreSQL server for this test: run it by ctest"};
}

settings parse(int count, char** words) {
  settings all;
  for (int i = 1; i < count; ++i) {
    const std::string word{words[i]};
    const auto number = [&] {
      if (++i == count)
        throw std::runtime_error{word + " needs a number"};
      return std::stoll(words[i]);
    };
    if (word == "--test")
      all.address = address_for_test();
    else if (word == "--canary")
      all.canary = true;
    else if (word == "--events")
      all.events = number();
    else if (word == "--writers")
      all.writers = static_cast<int>(number());
    else if (word == "--readers")
      all.readers = static_cast<int>(number());
    else if (word == "--seed")
      all.seed = static_cast<std::uint64_t>(number());
    else if (word.starts_with("postgres") && all.address.empty())
      all.address = word;
    else
      throw std::runtime_error{
          "usage: waymark-loss-harness postgresql://… [--events N] [--writers N] "
          "[--readers N] [--seed N] [--canary]"};
  }
  if (all.address.empty() || all.writers < 1 || all.readers < 1 || all.events < 1)
    throw std::runtime_error{"give the address of a PostgreSQL database; every number from 1"};
  all.schema = postgres::quoted_name(postgres::address::parse(all.address).schema);
  return all;
}

int run(settings all) {
  const auto started = std::chrono::steady_clock::now();
  const std::string other_database = "waymark_loss_" + std::to_string(::getpid());
  in_child([&] { make_log(all); }, "making the log");
  in_child([&] { loss::session{all.address}.run("CREATE DATABASE " + other_database); },
           "creating another database");
  std::vector<pid_t> writers, others;
  for (int i = 0; i < all.readers; ++i)
    others.push_back(start([&] { loss::read(all, i); }));
  others.push_back(start([&] { loss::dawdle(all); }));
  others.push_back(
      start([&] { loss::write_elsewhere(all, elsewhere(all.address, other_database)); }));
  for (int i = 0; i < all.writers; ++i)
    writers.push_back(start([&] { loss::write(all, i); }));
  bool good = all_succeeded(writers);
  in_child(
      [&] {
        const auto head = open(all.address).events->head();
        std::ofstream{stop_file(all) + ".new"} << head << '\n';
        std::filesystem::rename(stop_file(all) + ".new", stop_file(all));
      },
      "asking for the head");
  good = all_succeeded(others) && good;
  in_child(
      [&] {
        loss::session own{all.address};
        own.run("DROP DATABASE IF EXISTS " + other_database + " WITH (FORCE)");
        own.run("SET client_min_messages = error; DROP SCHEMA " + all.schema + " CASCADE");
      },
      "tidying up");
  const auto found = loss::compare(all);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%lld events by %d writers, %d readers, seed %llu, %.1f s: %lld lost, %lld twice, "
              "%lld out of order, %lld holes, %lld misplaced, %lld rolled back and seen\n",
              static_cast<long long>(found.events), all.writers, all.readers,
              static_cast<unsigned long long>(all.seed), took.count(),
              static_cast<long long>(found.lost), static_cast<long long>(found.twice),
              static_cast<long long>(found.out_of_order), static_cast<long long>(found.holes),
              static_cast<long long>(found.misplaced), static_cast<long long>(found.undead));
  if (all.canary)
    return good && found.lost > 0 && found.holes > 0 && !found.good() ? 0 : 1;
  return good && found.good() ? 0 : 1;
}

} // namespace

int main(int count, char** words) {
  try {
    auto all = parse(count, words);
    auto folder = (std::filesystem::temp_directory_path() / "waymark-loss-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr)
      throw std::runtime_error{"can't make a temporary folder"};
    all.folder = folder;
    const int result = run(all);
    std::filesystem::remove_all(folder);
    return result;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "waymark-loss-harness: %s\n", e.what());
    return 2;
  }
}
