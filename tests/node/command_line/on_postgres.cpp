#include "tests/persistence/postgres_server.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

/// Plays the transcripts that are its arguments, with a schema of the tests' server as their store.
/// The first argument is the program that plays one.
int main(int argc, char** argv) try {
  int status = 0;
  for (int i = 2; i < argc; ++i) {
    const waymark::test::postgres_schema schema;
    const auto play =
        std::string{"bash '"} + argv[1] + "' '" + argv[i] + "' '" + schema.address() + "'";
    status |= std::system(play.c_str());
  }
  return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return EXIT_FAILURE;
}
