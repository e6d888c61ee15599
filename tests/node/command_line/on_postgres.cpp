#include "tests/persistence/postgres_server.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

/// Runs the command that is its arguments, with the address of a schema of the tests' server behind
/// them.
int main(int argc, char** argv) try {
  const waymark::test::postgres_schema schema;
  std::string command;
  for (int i = 1; i < argc; ++i)
    command += std::string{"'"} + argv[i] + "' ";
  return std::system((command + "'" + schema.address() + "'").c_str()) == 0 ? EXIT_SUCCESS
                                                                             : EXIT_FAILURE;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return EXIT_FAILURE;
}
