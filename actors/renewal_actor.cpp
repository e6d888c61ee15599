#include "actors/renewal_actor.hpp"

#include "actors/atoms.hpp"
#include "actors/exit_reason.hpp"
#include "actors/roles.hpp"

#include <map>
#include <set>
#include <vector>

namespace waymark {

namespace {

struct renewal_state {
  using self_ptr = caf::stateful_actor<renewal_state>*;
  static inline const char* name = "waymark.renewal";
  explicit renewal_state(self_ptr self) : self_{self} {}

  caf::behavior make_behavior(renewal_options options) {
    set_quiet_handlers(self_);
    options_ = std::move(options);
    again_later();
    return {[this](renew_atom) {
      renew();
      again_later();
    }};
  }

 private:
  void again_later() {
    compat::tell_after(self_, options_.interval, caf::actor{self_}, renew_atom_v);
  }

  void renew() const {
    if (!options_.claims->has(*options_.store))
      return;
    const auto held = believed(); // before the look, so that no newer claim is judged by it
    try {
      if (const auto owned = options_.store->renew(options_.owner)) {
        tell_fenced(held, *owned);
        release_left(*owned);
      }
    } catch (const std::exception&) {
      // the projections of this store notice it themselves
    }
  }

  [[nodiscard]] std::vector<ownership> believed() const {
    std::vector<ownership> result;
    for (const auto& entry : options_.shown->all())
      if (entry.store == options_.store && entry.record.owner == options_.owner &&
          !entry.status.evidence.fenced)
        result.push_back({entry.status.key, entry.record.epoch});
    return result;
  }

  void tell_fenced(const std::vector<ownership>& held, const std::vector<ownership>& owned) const {
    std::map<shard_key, std::int64_t> epochs;
    for (const auto& each : owned)
      epochs.emplace(each.key, each.epoch);
    for (const auto& each : held)
      if (const auto found = epochs.find(each.key);
          found == epochs.end() || found->second != each.epoch)
        if (const auto to = options_.others->find(roles::projection(each.key)))
          compat::tell(self_, to, fenced_atom_v, each.epoch);
  }

  /// Claims of projections that are not there any more, and were not released. One whose start is
  /// under way looks whether its claim still stands; one whose job is still out keeps it, so that
  /// nobody handles the same events meanwhile, nor this waits for rows that the job has locked.
  void release_left(const std::vector<ownership>& owned) const {
    std::set<shard_key> busy;
    for (const auto& job : options_.shown->jobs_left_behind())
      busy.insert(job->key());
    std::vector<ownership> left;
    for (const auto& each : owned)
      if (busy.count(each.key) == 0 && !options_.shown->find(each.key))
        left.push_back(each);
    if (!left.empty())
      options_.store->release(left);
  }

  self_ptr self_;
  renewal_options options_;
};

caf::behavior run(renewal_state::self_ptr self, renewal_options options) {
  return compat::state(self).make_behavior(std::move(options));
}

} // namespace

caf::actor spawn_renewal(caf::local_actor& host, renewal_options options) {
  return host.home_system().spawn<caf::detached>(run, std::move(options));
}

} // namespace waymark
