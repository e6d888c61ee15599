#include "tests/simulation/simulation.hpp"

#include "tests/simulation/oracle.hpp"
#include "tests/simulation/schedule.hpp"

#include <exception>

namespace waymark::sim {

namespace {

void run(world& w) {
  schedule next{w};
  oracle judge{w};
  for (int part = 0; part < 2 && !w.told.problem(); ++part) {
    next.make_trouble(w.random.between(50, 180));
    judge.audit();
  }
  if (!w.told.problem())
    next.settle();
  if (!w.told.problem())
    judge.audit_at_rest();
  if (!w.told.problem())
    next.drain();
  if (!w.told.problem())
    judge.audit_released();
}

} // namespace

report simulate(std::uint64_t seed, mutant which) {
  world w{seed, which};
  try {
    run(w);
  } catch (const std::exception& problem) {
    w.told.broken(std::string{"an exception got out: "} + problem.what());
  }
  return {seed, w.told.hash(), w.told.steps(), w.told.problem(), w.told.tail(), w.told.seen()};
}

} // namespace waymark::sim
