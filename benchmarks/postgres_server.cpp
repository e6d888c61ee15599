#include "benchmarks/postgres_server.hpp"

#include "benchmarks/engines.hpp"
#include "benchmarks/raw_postgres.hpp"
#include "benchmarks/shop.hpp"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const plain = reinterpret_cast<sockaddr*>(&at);
  const bool found = ::bind(socket, plain, size) == 0 && ::getsockname(socket, plain, &size) == 0;
  ::close(socket);
  if (!found)
    throw std::runtime_error{"there is no free port"};
  return ntohs(at.sin_port);
}

/// The script ends the server by itself if this process is killed.
int run_script(const std::string& words) {
  return std::system(("exec sh '" WAYMARK_BENCH_POSTGRES_SCRIPT "' " + words).c_str());
}

std::string maintenance() {
  return postgres_server::instance().address("postgres");
}

void make_log(const std::string& address, std::int64_t events, std::int64_t streams) {
  const auto store = waymark::open(address);
  constexpr std::int64_t group = 1'000;
  for (std::int64_t n = 0; n < events; n += group)
    for (const auto& result :
         store.events->append(commands(n, std::min(group, events - n), streams, false)))
      static_cast<void>(result.value_or_throw());
}

} // namespace

postgres_server& postgres_server::instance() {
  static postgres_server server;
  return server;
}

postgres_server::postgres_server() : port_{free_port()} {
  auto pattern = (std::filesystem::temp_directory_path() / "waymark-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error{"can't make a folder for the PostgreSQL server"};
  folder_ = pattern;
  if (run_script("start '" + pattern + "/server' " + std::to_string(port_)) != 0)
    throw std::runtime_error{"a PostgreSQL server could not be started"};
}

postgres_server::~postgres_server() {
  static_cast<void>(run_script("stop '" + folder_.string() + "/server'"));
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string postgres_server::address(const std::string& database) const {
  return "postgresql://waymark@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string postgres_server::new_name() {
  return "bench_" + std::to_string(++names_);
}

std::string postgres_server::log_of(std::int64_t events, std::int64_t streams) {
  const auto name = "log_of_" + std::to_string(events);
  raw_postgres server{address("postgres")};
  if (!server.query("SELECT 1 FROM pg_database WHERE datname = '" + name + "'").empty())
    return name;
  server.execute("CREATE DATABASE " + name);
  make_log(address(name), events, streams);
  raw_postgres{address(name)}.execute("VACUUM ANALYZE");
  return name;
}

postgres_database::postgres_database(const std::string& source)
    : name_{postgres_server::instance().new_name()}, address_{postgres_server::instance().address(
                                                         name_)} {
  raw_postgres server{maintenance()};
  server.execute("CREATE DATABASE " + name_ + (source.empty() ? "" : " TEMPLATE " + source));
  if (source.empty())
    static_cast<void>(waymark::open(address_));
  server.execute("CHECKPOINT");
}

postgres_database::~postgres_database() {
  try {
    raw_postgres{maintenance()}.execute("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) { // it goes with the server
  }
}

} // namespace bench
