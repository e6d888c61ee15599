#include "tests/persistence/pooler.hpp"

#include "tests/persistence/postgres_server.hpp"

#include <cstdlib>
#include <stdexcept>

namespace waymark::test {

void pooler::run(const std::string& what) {
  const char* script = std::getenv("WAYMARK_TEST_POSTGRES_SCRIPT");
  if (script == nullptr)
    throw std::runtime_error{"WAYMARK_TEST_POSTGRES_SCRIPT must name postgres_server.sh"};
  const std::string beside{script};
  const auto command = "exec sh '" + beside.substr(0, beside.rfind('/')) + "/pgbouncer.sh' " +
                       what + " '" + folder() + "' '" + postgres_server::instance().folder + "'";
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error{"pgbouncer.sh " + what + " failed"};
}

void pooler::start() {
  run("start");
}

void pooler::stop() {
  try {
    run("stop");
  } catch (const std::exception&) { // it ends with this process
  }
}

std::string pooler::address() const {
  return "postgresql:///postgres?host=" + folder() + "&port=6432&user=waymark";
}

} // namespace waymark::test
