#include "benchmarks/raw_postgres.hpp"

#include <stdexcept>

namespace bench {

raw_postgres::raw_postgres(const std::string& address) : connection_{PQconnectdb(address.c_str())} {
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw std::runtime_error{PQerrorMessage(connection_.get())};
  execute("SET client_min_messages = error");
}

raw_postgres::rows raw_postgres::query(const std::string& sql) {
  return checked(PQexec(connection_.get(), sql.c_str()));
}

void raw_postgres::prepare(const char* name, const std::string& sql) {
  static_cast<void>(checked(PQprepare(connection_.get(), name, sql.c_str(), 0, nullptr)));
}

raw_postgres::rows raw_postgres::run(const char* name, const params& with) {
  return checked(PQexecPrepared(connection_.get(), name, with.size(), with.values(), with.lengths(),
                                with.formats(), 1));
}

raw_postgres::rows raw_postgres::checked(PGresult* result) const {
  rows taken{result};
  const auto status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error{std::string{"PostgreSQL: "} + PQerrorMessage(connection_.get())};
  return taken;
}

} // namespace bench
