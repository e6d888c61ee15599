#include "apps/loss_harness/session.hpp"

#include "persistence/postgres/address.hpp"

#include <stdexcept>

namespace waymark::loss {

session::session(const std::string& address)
    : on_{PQconnectdb(postgres::address::parse(address).conninfo.c_str()), PQfinish} {
  if (PQstatus(on_.get()) != CONNECTION_OK)
    throw std::runtime_error{PQerrorMessage(on_.get())};
}

std::string session::run(const std::string& sql) {
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQexec(on_.get(), sql.c_str()),
                                                              PQclear};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error{sql + ": " + PQerrorMessage(on_.get())};
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

} // namespace waymark::loss
