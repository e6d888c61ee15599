#include "tests/simulation/marker_book.hpp"

namespace waymark::sim {

namespace {

/// Restarts that find no marker yet: the first death, and some in jobs that nobody waited for.
constexpr int most_unmarked = 4;

} // namespace

void marker_book::begun(const place& where, const attempt_marker& subject, std::int64_t generation,
                        const std::string& owner) {
  auto& m = markers_[where];
  if (m.position != subject.position || m.generation != generation) {
    if (m.generation == generation && m.counts.ends > 0)
      known_[where] = m;
    m = {subject.position, generation, {}, {}, false};
  }
  m.owner = owner;
}

void marker_book::ended(const place& where) {
  if (const auto found = markers_.find(where); found != markers_.end())
    found->second.owner.reset();
}

void marker_book::granted(const place& where, const checkpoint& before, const claim_request& by,
                          const claim_result& result) {
  known_.erase(where);
  const auto found = markers_.find(where);
  if (found == markers_.end())
    return;
  auto& m = found->second;
  if (m.generation != before.generation ||
      by.projection_version > before.projection_version) {
    markers_.erase(found);
    return;
  }
  const auto owner = std::exchange(m.owner, std::nullopt);
  if (!owner || result.ended_owner.empty() || dead_.lives(*owner).value_or(false))
    return;
  const auto end = dead_.truth_of(*owner, where.second, m.position);
  ++m.counts.ends;
  m.counts.crashes += end.signal.empty() ? 0 : 1;
  m.counts.long_ends += end.signal.empty() && end.age > std::chrono::seconds{1} ? 1 : 0;
  m.forgiven = false;
}

void marker_book::reset(const projection_store& in, const std::string& projection) {
  for (auto* const book : {&markers_, &known_})
    std::erase_if(*book, [&](const auto& each) {
      return each.first.first == &in && each.first.second.projection == projection;
    });
  std::erase_if(unmarked_, [&](const auto& each) { return each.first.first == projection; });
}

void marker_book::forgive(const std::string& projection) {
  for (auto& [where, m] : markers_)
    m.forgiven = m.forgiven || where.second.projection == projection;
  std::erase_if(unmarked_, [&](const auto& each) { return each.first.first == projection; });
}

bool marker_book::may_be_blamed(const place& where, position_t at, int max_crashes) const {
  const auto blames = [&](const marker& m) {
    return m.position == at && (m.counts.crashes >= max_crashes || m.counts.long_ends >= 1 ||
                                m.counts.ends >= std::max(5, max_crashes));
  };
  const auto* m = find(where);
  const auto known = known_.find(where);
  return (m && blames(*m)) || (known != known_.end() && blames(known->second));
}

void marker_book::killed(const place& where, position_t at, int max_crashes, bool replays) {
  const auto* m = find(where);
  const bool marked = m && m->position == at && m->owner;
  if (replays)
    return; // somebody wanted it
  if (!marked && ++unmarked_[{where.second.projection, at}] > most_unmarked)
    trace_.broken("G5: processes end in position " + std::to_string(at) + " of " +
                  to_string(where.second) + " and there is no marker");
  if (marked && !m->forgiven && may_be_blamed(where, at, max_crashes))
    trace_.broken("G5: position " + std::to_string(at) + " of " + to_string(where.second) +
                  " was handled again, though processes end in it");
}

const marker_book::marker* marker_book::find(const place& where) const {
  const auto found = markers_.find(where);
  return found == markers_.end() ? nullptr : &found->second;
}

} // namespace waymark::sim
