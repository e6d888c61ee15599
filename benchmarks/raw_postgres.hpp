#pragma once

#include "persistence/postgres/params.hpp"
#include "persistence/postgres/session.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace bench {

/// A connection of plain libpq, with just enough around it to see errors. Parameters and results
/// are binary, as the library's own are.
class raw_postgres {
 public:
  using params = waymark::postgres::params;
  using rows = waymark::postgres::rows;

  explicit raw_postgres(const std::string& address);

  void execute(const std::string& sql) { static_cast<void>(query(sql)); }
  /// In text.
  rows query(const std::string& sql);

  void prepare(const char* name, const std::string& sql);
  rows run(const char* name, const params& with = {});

  /// In a transaction of one's own.
  void begin() { execute("BEGIN"); }
  void commit() { execute("COMMIT"); }

 private:
  struct closer {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  rows checked(PGresult* result) const;

  std::unique_ptr<PGconn, closer> connection_;
};

} // namespace bench
