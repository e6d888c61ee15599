#include "tests/simulation/ledger.hpp"

namespace waymark::sim {

void ledger::granted(const projection_store& in, const std::optional<checkpoint>& before,
                     const claim_request& by, const claim_result& result) {
  const auto& record = result.record;
  auto& known = of(in, record.key);
  if (record.epoch <= known.epoch)
    trace_.broken("G3: " + to_string(record.key) + " was claimed with epoch " +
                  std::to_string(record.epoch) + " after epoch " + std::to_string(known.epoch));
  if (record.position != known.position)
    trace_.broken("G3: " + to_string(record.key) + " was claimed at position " +
                  std::to_string(record.position) + ", but it is at " +
                  std::to_string(known.position));
  known.epoch = record.epoch;
  chronicle_.granted(in, record);
  if (before && &in == durable)
    markers_.granted({&in, record.key}, *before, by, result);
}

void ledger::marked(const projection_store& in, const ownership& by, const attempt_marker& subject,
                    const life& process) {
  if (&in != durable)
    return;
  require_current(of(in, by.key), by, "mark an attempt");
  if (!process.attempts.empty() && !(process.attempts.front().key == by.key))
    trace_.broken("G5: two attempts of " + process.owner + " are under way at once, the other at " +
                  to_string(process.attempts.front().key));
  markers_.begun({&in, by.key}, subject, chronicle_.of(in, by.key).generation, process.owner);
}

void ledger::unmarked(const projection_store& in, const ownership& by) {
  if (by.epoch == of(in, by.key).epoch)
    markers_.ended({&in, by.key});
}

void ledger::require_current(const row& known, const ownership& by, const char* what) {
  if (by.epoch != known.epoch)
    trace_.broken("G3: a stale owner of " + to_string(by.key) + " (epoch " +
                  std::to_string(by.epoch) + ", now " + std::to_string(known.epoch) + ") could " +
                  what);
}

void ledger::committed(projection_store& in, const transaction& what) {
  const auto& by = what.by;
  const auto& how = what.advance;
  auto& known = of(in, by.key);
  require_current(known, by, "advance the checkpoint");
  if (how.from != known.position || how.to < how.from)
    trace_.broken("G3: " + to_string(by.key) + " went from " + std::to_string(how.from) + " to " +
                  std::to_string(how.to) + ", but it was at " + std::to_string(known.position));
  known.position = how.to;
  chronicle_.committed(in, what);
  if (what.takes_marker_away)
    markers_.cleared({&in, by.key});
}

void ledger::wrote(const projection_store& in, const ownership& by, const char* what) {
  require_current(of(in, by.key), by, what);
}

void ledger::reset(const projection_store& in, const std::string& projection,
                   const std::vector<checkpoint>& records) {
  for (const auto& record : records) {
    if (record.key.projection != projection)
      continue;
    auto& known = of(in, record.key);
    if (record.epoch <= known.epoch)
      trace_.broken("G3: a reset left " + to_string(record.key) + " at epoch " +
                    std::to_string(record.epoch));
    if (record.position != 0)
      trace_.broken("G2: a reset left " + to_string(record.key) + " at position " +
                    std::to_string(record.position));
    known = {record.epoch, 0};
  }
  chronicle_.reset(in, projection, records);
  markers_.reset(in, projection);
}

} // namespace waymark::sim
