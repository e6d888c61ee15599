#include "tests/persistence/postgres_server.hpp"

#include "tests/persistence/temporary_folder.hpp"

#include <waymark/messages/uuid.hpp>

#include <libpq-fe.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace waymark::test {

namespace {

postgres_server read_file() {
  const char* name = std::getenv("WAYMARK_TEST_POSTGRES");
  std::ifstream file{name != nullptr ? name : ""};
  if (!file)
    throw std::runtime_error{
        "there is no PostgreSQL server for this test: run it by ctest, or start one by "
        "`sh tests/persistence/postgres_server.sh start FILE` and set WAYMARK_TEST_POSTGRES=FILE"};
  postgres_server result;
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    const auto key = line.substr(0, equals);
    const auto value = line.substr(equals + 1);
    if (key == "address")
      result.address = value;
    else if (key == "folder")
      result.folder = value;
    else if (key == "owner")
      result.owner = value;
    else if (key == "pg_ctl")
      result.pg_ctl = value;
  }
  return result;
}

} // namespace

const postgres_server& postgres_server::instance() {
  static const auto server = read_file();
  return server;
}

void postgres_server::start_own(const std::string& settings) {
  static const temporary_folder folder;
  static const auto started = [&] {
    const char* script = std::getenv("WAYMARK_TEST_POSTGRES_SCRIPT");
    if (script == nullptr)
      throw std::runtime_error{"WAYMARK_TEST_POSTGRES_SCRIPT must name postgres_server.sh"};
    const auto file = folder.file("server");
    ::setenv("WAYMARK_TEST_POSTGRES_SETTINGS", settings.c_str(), 1);
    if (std::system(("exec sh '" + std::string{script} + "' start '" + file + "'").c_str()) != 0)
      throw std::runtime_error{"a PostgreSQL server could not be started"};
    ::setenv("WAYMARK_TEST_POSTGRES", file.c_str(), 1);
    return true;
  }();
  (void)started;
}

bool postgres_server::run_as_owner(std::string command) const {
  const auto bin = pg_ctl.substr(0, pg_ctl.rfind('/'));
  for (const auto& [name, value] : {std::pair{"{bin}", bin}, std::pair{"{folder}", folder}})
    for (auto at = command.find(name); at != std::string::npos; at = command.find(name, at))
      command.replace(at, std::string{name}.size(), value);
  command = "cd '" + folder + "' && { " + command + "; } >/dev/null 2>>commands.log </dev/null";
  if (::geteuid() == 0)
    command = "cd / && setpriv --reuid=" + owner + " --regid=$(id -g " + owner +
              ") --clear-groups sh -c \"" + command + "\"";
  return std::system(command.c_str()) == 0;
}

void postgres_server::set_disk_full(bool full) const {
  const auto flag = folder + "/full";
  if (!std::filesystem::exists(folder + "/full_disk.so"))
    throw std::runtime_error{"this server's disk can't be filled; run the test by ctest"};
  if (full)
    std::ofstream{flag};
  else
    std::filesystem::remove(flag);
}

void postgres_server::control(const std::string& what, const std::string& data) const {
  const std::string loaded = "[ ! -e full_disk.so ] || export LD_PRELOAD={folder}/full_disk.so "
                             "WAYMARK_FULL_DISK={folder}/full; ";
  if (!run_as_owner(loaded + "{bin}/pg_ctl -D " + data + " -l " + data +
                    "/server.log -w -t 60 " + what))
    throw std::runtime_error{"pg_ctl " + what + " failed; see " + folder};
}

std::string run_sql(const std::string& sql) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> on{
      PQconnectdb(postgres_server::instance().address.c_str()), PQfinish};
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQexec(on.get(), sql.c_str()),
                                                              PQclear};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error{sql + ": " + PQerrorMessage(on.get())};
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

postgres_schema::postgres_schema() : name_{"t" + uuid::v7().to_string()} {
  for (auto& c : name_)
    if (c == '-')
      c = '_';
}

postgres_schema::~postgres_schema() {
  try {
    run_sql("SET client_min_messages = error; SET lock_timeout = '20s'; DROP SCHEMA IF EXISTS " +
            name_ + " CASCADE");
  } catch (const std::exception&) { // the server goes away at the end anyway
  }
}

std::string postgres_schema::address(const std::string& more) const {
  return postgres_server::instance().address + "&options=-csearch_path%3D" + name_ +
         "&schema=" + name_ + more;
}

} // namespace waymark::test
