#include "fuzz/fuzz.hpp"

#include <cstdio>
#include <cstdlib>

void fuzz::require(bool holds, const char* claim) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}
