#pragma once

#include "tests/persistence/postgres_server.hpp"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace waymark::test {

/// A connection to the tests' server that a test holds open.
class raw_session {
 public:
  explicit raw_session(const std::string& name = "test", const std::string& port = "5432",
                       const std::string& database = "postgres")
      : on_{nullptr, PQfinish} {
    const auto where = postgres_server::instance().address;
    on_.reset(PQconnectdb((where + "&port=" + port + "&dbname=" + database).c_str()));
    run("SET application_name = '" + name + "'");
  }

  /// The first value of the answer, in text; empty if there is none. @throws std::runtime_error.
  std::string run(const std::string& sql) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQexec(on_.get(), sql.c_str()),
                                                                PQclear};
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error{sql + ": " + PQerrorMessage(on_.get())};
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> on_;
};

} // namespace waymark::test
